"""Every place a conversation with a client can be in: the conversational state machine at a glance."""

from aiogram.fsm.state import State, StatesGroup


class Welcome(StatesGroup):
    hello = State()  # who runs this, what it is for, what is kept
    resume = State()  # /start in the middle: go on or start over


class Menu(StatesGroup):
    main = State()


class Language(StatesGroup):
    choose = State()


class Crisis(StatesGroup):
    needs = State()  # what is going on
    contacts = State()  # whom to turn to now
    noticed = State()  # something in the client's own words sounded like danger


class CheckIn(StatesGroup):
    intro = State()
    unfinished = State()  # there is a round begun earlier
    area = State()
    words = State()  # own words after a 1 or 2


class Reflection(StatesGroup):
    priorities = State()
    helps = State()
    people = State()
    strength = State()
    next_step = State()
    if_worse = State()  # what to do if things get worse
    summary = State()


class Suggestions(StatesGroup):
    level = State()  # what kind of guidance could fit, and why
    card = State()
    contact = State()  # contact details
    keep = State()  # may this be kept?
    end = State()  # all seen, or nothing found


class Find(StatesGroup):
    doors = State()
    heard = State()  # what own words could be about
    areas = State()
    results = State()


class Place(StatesGroup):
    ask = State()  # where the client is: asked once, never needed
    choose = State()  # which municipality was meant


class Worried(StatesGroup):
    intro = State()
    areas = State()


class Consent(StatesGroup):
    intro = State()  # to whom, why, how it goes
    items = State()  # what is told
    name = State()
    reach = State()  # telephone or this chat
    phone = State()
    time = State()
    days = State()
    preview = State()  # exactly what will be sent, as the worker will see it
    sent = State()


class Renewal(StatesGroup):
    items = State()  # what is told from now on
    name = State()
    reach = State()
    phone = State()
    time = State()
    term = State()  # for how long
    preview = State()  # exactly what the worker will see then


class Withdrawal(StatesGroup):
    choose = State()  # which consents are withdrawn


class Matters(StatesGroup):
    main = State()
    request = State()
    privacy = State()  # consents, who has looked, what is held, and how it goes away
    consent = State()
    memo = State()
    forget = State()
    forgotten = State()


class Closing(StatesGroup):
    over = State()  # is a request over?
    nobody = State()  # has nobody been in touch, although the worker says so?
    told = State()  # the worker knows, and the way to be reached can be put right


class OwnTime(StatesGroup):
    mine = State()  # the client's own calendar
    one = State()  # one of it: into the telephone's calendar, or away
    what = State()  # what is to be remembered
    often = State()
    day = State()
    hour = State()
    minute = State()
    where = State()
    preview = State()  # may this be kept?


class Appointment(StatesGroup):
    mine = State()
    one = State()  # the times proposed, or what is agreed on
    other = State()  # wishing for another time
    sure = State()  # shall it be cancelled?


class Enquiry(StatesGroup):
    whom = State()  # which organisation is asked, without a name
    write = State()
    found = State()  # what was written would tell who somebody is
    preview = State()  # exactly what goes
    sent = State()


class Asked(StatesGroup):
    mine = State()  # one's own anonymous enquiries
    thread = State()  # what was said, and going on
    end = State()  # sure?


class Access(StatesGroup):
    looked = State()  # which workers were shown what


class Claim(StatesGroup):
    mine = State()  # codes that can still be used
    nothing = State()  # there is nothing to show yet
    whom = State()  # which organisation the code is for
    items = State()  # what it shows
    preview = State()
    code = State()


class MyData(StatesGroup):
    main = State()  # everything that is held, to be sent
    correct = State()  # what is to be put right
    name = State()
    phone = State()
    rounds = State()  # of which time
    round = State()  # these answers: shall they go?


class Telling(StatesGroup):
    ask = State()  # may this organisation know how it went? exactly this
    done = State()  # who knows now


class Feedback(StatesGroup):
    ask = State()  # what it is for, and whether one wants to
    rate = State()  # one statement, 1 to 5
    words = State()  # anything else
    found = State()  # the words would tell who somebody is
    thanks = State()


class TextMessages(StatesGroup):
    about = State()  # what they are, before anything is asked
    number = State()
    agree = State()  # to what, to which number, how it ends
    code = State()  # what was sent to the number comes back here
    on = State()  # where they go, and their end


class Answer(StatesGroup):
    write = State()  # the client's own words back to a worker


class FollowUp(StatesGroup):
    contacted = State()  # did somebody contact you?
    helped = State()  # did you get help?
    enough = State()
    needs = State()  # how well did it match what you needed, expected, aimed at?
    expectations = State()
    goals = State()
    area = State()  # how are you now in an area chosen at first?
    words = State()
    next = State()  # then and now, and what next


class FollowUps(StatesGroup):
    main = State()  # when the next one is asked, and how often


class Tidy(StatesGroup):
    ask = State()  # shall this chat be tidied?
    done = State()
