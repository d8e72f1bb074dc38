"""Whatever a bot sends, the answer is a result or a refusal, never a crash of the simulator."""

import random

from bot.simulator import schema
from bot.simulator.call import METHODS
from bot.simulator.errors import ApiError

VALUES = [
    "", "a", "2", "²", "true", "{", "[1]", "HTML", "<b>a</b>", 0, 1, -1, 1.5, True, [], {}, [[]], [{}], [None], ["a"],
    [1, 2], {"text": 1}, {"type": "x"}, {"type": "default"}, {"type": "photo", "media": "attach://x"},
    {"message_id": 2}, [{"type": "bold", "offset": 0, "length": 1}], {"inline_keyboard": 1},
    {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}, {"keyboard": [["a"]]}, {"keyboard": ["a", 1]},
]  # fmt: skip


async def test_nonsense_is_refused(simulator, bot, phone, chat_id):
    chance, results = random.Random(1), {True: 0, False: 0}
    names = sorted(METHODS.keys() - {"getupdates"})
    for _ in range(2000):
        name = chance.choice(names)
        fields = sorted(schema.models()[name].model_fields)
        params = {
            key: chance.choice(VALUES) for key in chance.sample(fields, chance.randint(0, len(fields)) // 2)
        }
        params |= {key: good for key, good in {"chat_id": chat_id, "text": "a"}.items() if key in fields}
        phone.chat.deliver({"text": "Hei"})
        try:
            await simulator.call(bot, name, (params, {}))
            results[True] += 1
        except ApiError:
            results[False] += 1
    assert min(results.values()) > 200
