// The page's own words in three languages, and dates as people write them.

const TEXTS = {
  fi: {
    title: "Rinnalla – kokeilu",
    at: "klo",
    trial: "kokeilu",
    skip: "Siirry puhelimiin",
    controls: "Säädöt",
    noticeLocal: "Mikään viesti ei lähde tältä koneelta.",
    noticeCatalogue: "Palveluluettelo on vain esimerkki.",
    clock: "Kokeilun kello",
    clockHint: "Siirrä aikaa, niin näet, mitä botit lähettävät myöhemmin.",
    forward: "Siirrä kelloa eteenpäin",
    hour: "1 tunti",
    day: "1 päivä",
    week: "1 viikko",
    moment: "Siirrä hetkeen",
    move: "Siirrä",
    moved: "Kello on nyt {time}, {date}.",
    people: "Kokeilijat",
    another_client: "Uusi asiakas",
    another_worker: "Uusi työntekijä",
    another: "Uusi henkilö: {title}",
    person_client: "Asiakas {number}",
    person_worker: "Työntekijä {number}",
    person: "Henkilö {number}",
    pageLanguage: "Sivun kieli",
    reset: "Aloita alusta",
    resetTitle: "Aloitetaanko alusta?",
    resetText: "Kaikki viestit katoavat ja kello palaa alkuun.",
    phones: "Puhelimet",
    phone_client: "Asiakkaan puhelin",
    phone_worker: "Työntekijän puhelin",
    tab_client: "Asiakas",
    tab_worker: "Työntekijä",
    unread: ["{count} lukematon viesti", "{count} lukematonta viestiä"],
    withBot: "{person} · {bot}",
    typing: "{bot} kirjoittaa…",
    settings: "Puhelimen asetukset",
    who: "Kenen puhelin",
    language: "Telegramin kieli",
    otherLanguage: "ei tiedossa",
    block: "Estä botti",
    unblock: "Poista esto",
    blocked: "Olet estänyt botin. Se ei voi lähettää sinulle viestejä.",
    log: "Keskustelu: {bot}",
    emptyChat: "Keskustelu on vielä tyhjä.",
    start: "Aloita",
    you: "Sinä",
    edited: "muokattu",
    kept: "Suojattu",
    keptLong: "Suojattu viesti: sitä ei voi välittää eikä tallentaa",
    reply: "Vastaa viestiin",
    replyTo: "Vastaus: {text}",
    cancelReply: "Peru vastaus",
    showSpoiler: "Näytä peitetty teksti",
    unfold: "Näytä kaikki",
    fold: "Näytä vähemmän",
    enlarge: "Suurenna kuva: {text}",
    pictureFrom: "kuva, lähettäjä {name}",
    picture: "Kuva",
    document: "Tiedosto",
    voice: "Ääniviesti",
    videoNote: "Videoviesti",
    sticker: "Tarra",
    location: "Sijainti",
    contact: "Yhteystieto",
    unknown: "Viesti, jota kokeilu ei osaa näyttää",
    download: "Lataa tiedosto",
    opensNew: "avautuu uuteen välilehteen",
    menu: "Valikko",
    commands: "Komennot",
    noCommands: "Botilla ei ole tällaista komentoa.",
    attach: "Liitä",
    sendPicture: "Kuva…",
    sendDocument: "Tiedosto…",
    write: "Viesti",
    send: "Lähetä",
    newMessage: "Uusi viesti",
    copied: "Kopioitu",
    cancel: "Peruuta",
    ok: "OK",
    close: "Sulje",
    lost: "Yhteys kokeiluun katkesi. Yritetään uudelleen…",
    failed: "Tämä ei onnistunut. Yritä uudelleen.",
    past: "Kelloa voi siirtää vain eteenpäin. Valitse myöhempi hetki.",
    far: "Valitse hetki, johon on enintään kymmenen vuotta.",
    large: "Tiedosto on liian suuri. Enimmäiskoko on 20 megatavua.",
    blocked_bot: "Poista ensin botin esto.",
  },
  sv: {
    title: "Rinnalla – prov",
    at: "kl.",
    trial: "prov",
    skip: "Gå till telefonerna",
    controls: "Reglage",
    noticeLocal: "Inget meddelande lämnar den här datorn.",
    noticeCatalogue: "Förteckningen över tjänster är bara ett exempel.",
    clock: "Provets klocka",
    clockHint: "Flytta tiden framåt, så ser du vad bottarna skickar senare.",
    forward: "Flytta klockan framåt",
    hour: "1 timme",
    day: "1 dag",
    week: "1 vecka",
    moment: "Flytta till tidpunkten",
    move: "Flytta",
    moved: "Klockan är nu {time}, {date}.",
    people: "Personer",
    another_client: "Ny klient",
    another_worker: "Ny medarbetare",
    another: "Ny person: {title}",
    person_client: "Klient {number}",
    person_worker: "Medarbetare {number}",
    person: "Person {number}",
    pageLanguage: "Sidans språk",
    reset: "Börja om",
    resetTitle: "Vill du börja om?",
    resetText: "Alla meddelanden försvinner och klockan går tillbaka till början.",
    phones: "Telefoner",
    phone_client: "Klientens telefon",
    phone_worker: "Medarbetarens telefon",
    tab_client: "Klient",
    tab_worker: "Medarbetare",
    unread: ["{count} oläst meddelande", "{count} olästa meddelanden"],
    withBot: "{person} · {bot}",
    typing: "{bot} skriver…",
    settings: "Telefonens inställningar",
    who: "Vems telefon",
    language: "Språk i Telegram",
    otherLanguage: "okänt",
    block: "Blockera botten",
    unblock: "Häv blockeringen",
    blocked: "Du har blockerat botten. Den kan inte skicka meddelanden till dig.",
    log: "Samtal: {bot}",
    emptyChat: "Samtalet är ännu tomt.",
    start: "Börja",
    you: "Du",
    edited: "ändrat",
    kept: "Skyddat",
    keptLong: "Skyddat meddelande: det kan varken vidarebefordras eller sparas",
    reply: "Svara på meddelandet",
    replyTo: "Svar på: {text}",
    cancelReply: "Ångra svaret",
    showSpoiler: "Visa den dolda texten",
    unfold: "Visa allt",
    fold: "Visa mindre",
    enlarge: "Förstora bilden: {text}",
    pictureFrom: "bild från {name}",
    picture: "Bild",
    document: "Fil",
    voice: "Röstmeddelande",
    videoNote: "Videomeddelande",
    sticker: "Klistermärke",
    location: "Plats",
    contact: "Kontakt",
    unknown: "Ett meddelande som provet inte kan visa",
    download: "Ladda ner filen",
    opensNew: "öppnas i en ny flik",
    menu: "Meny",
    commands: "Kommandon",
    noCommands: "Botten har inget sådant kommando.",
    attach: "Bifoga",
    sendPicture: "Bild…",
    sendDocument: "Fil…",
    write: "Meddelande",
    send: "Skicka",
    newMessage: "Nytt meddelande",
    copied: "Kopierat",
    cancel: "Avbryt",
    ok: "OK",
    close: "Stäng",
    lost: "Kontakten med provet bröts. Försöker igen…",
    failed: "Det lyckades inte. Försök igen.",
    past: "Klockan kan bara flyttas framåt. Välj en senare tidpunkt.",
    far: "Välj en tidpunkt inom tio år.",
    large: "Filen är för stor. Den får vara högst 20 megabyte.",
    blocked_bot: "Häv först blockeringen av botten.",
  },
  en: {
    title: "Rinnalla – trial",
    at: "",
    trial: "trial",
    skip: "Go to the telephones",
    controls: "Controls",
    noticeLocal: "No message leaves this machine.",
    noticeCatalogue: "The list of services is only an example.",
    clock: "Clock of the trial",
    clockHint: "Move time forward to see what the bots will send later.",
    forward: "Move the clock forward",
    hour: "1 hour",
    day: "1 day",
    week: "1 week",
    moment: "Move to a moment",
    move: "Move",
    moved: "The clock is now at {time}, {date}.",
    people: "People",
    another_client: "Another client",
    another_worker: "Another worker",
    another: "Another person: {title}",
    person_client: "Client {number}",
    person_worker: "Worker {number}",
    person: "Person {number}",
    pageLanguage: "Language of the page",
    reset: "Start over",
    resetTitle: "Start over?",
    resetText: "All messages disappear and the clock goes back to the beginning.",
    phones: "Telephones",
    phone_client: "The client’s telephone",
    phone_worker: "The worker’s telephone",
    tab_client: "Client",
    tab_worker: "Worker",
    unread: ["{count} unread message", "{count} unread messages"],
    withBot: "{person} · {bot}",
    typing: "{bot} is typing…",
    settings: "Settings of the telephone",
    who: "Whose telephone",
    language: "Language of Telegram",
    otherLanguage: "not known",
    block: "Block the bot",
    unblock: "Unblock the bot",
    blocked: "You have blocked the bot. It cannot send you messages.",
    log: "Conversation: {bot}",
    emptyChat: "The conversation is still empty.",
    start: "Start",
    you: "You",
    edited: "edited",
    kept: "Protected",
    keptLong: "Protected message: it cannot be forwarded or saved",
    reply: "Reply to the message",
    replyTo: "Reply to: {text}",
    cancelReply: "Cancel the reply",
    showSpoiler: "Show the hidden text",
    unfold: "Show all",
    fold: "Show less",
    enlarge: "Enlarge the picture: {text}",
    pictureFrom: "picture from {name}",
    picture: "Picture",
    document: "File",
    voice: "Voice message",
    videoNote: "Video message",
    sticker: "Sticker",
    location: "Location",
    contact: "Contact",
    unknown: "A message that the trial cannot show",
    download: "Download the file",
    opensNew: "opens in a new tab",
    menu: "Menu",
    commands: "Commands",
    noCommands: "The bot has no such command.",
    attach: "Attach",
    sendPicture: "Picture…",
    sendDocument: "File…",
    write: "Message",
    send: "Send",
    newMessage: "New message",
    copied: "Copied",
    cancel: "Cancel",
    ok: "OK",
    close: "Close",
    lost: "The connection to the trial was lost. Trying again…",
    failed: "This did not work. Try again.",
    past: "The clock moves only forward. Choose a later moment.",
    far: "Choose a moment within ten years.",
    large: "The file is too large. It may have 20 megabytes at most.",
    blocked_bot: "Unblock the bot first.",
  },
};

const REGIONS = { fi: "fi-FI", sv: "sv-FI", en: "en-GB" };
const zone = { timeZone: "Europe/Helsinki" };

export let language = "fi";

export function speak(code) {
  language = TEXTS[code] ? code : "fi";
  document.documentElement.lang = language;
  document.title = t("title");
  localize(document);
}

/** The text of a key, with {named} places filled in; a count chooses between singular and plural. */
export function t(key, values = {}) {
  let text = TEXTS[language][key] ?? key;
  if (Array.isArray(text)) text = text[values.count === 1 ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The text of a key that may not exist, such as the title of a role of its own. */
export function tOr(key, otherwise) {
  return key in TEXTS[language] ? t(key) : otherwise;
}

/** Fill in every element that names its text (data-text), its label (data-label). */
export function localize(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) element.setAttribute("aria-label", t(element.dataset.label));
}

export function timeZone(name) {
  zone.timeZone = name;
}

const formats = new Map(); // making a format is slow, using it is not

function format(moment, options) {
  const key = JSON.stringify([language, zone, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(REGIONS[language], { ...zone, ...options }));
  return formats.get(key).format(moment);
}

export const clockTime = (moment) => format(moment, { hour: "numeric", minute: "2-digit" });
export const longDate = (moment) =>
  `${format(moment, { weekday: "long" })} ${format(moment, { day: "numeric", month: "long", year: "numeric" })}`;
export const shortMoment = (moment) =>
  `${format(moment, { weekday: "short", day: "numeric", month: "numeric" })} ${t("at")} ${clockTime(moment)}`.replace(/ +/g, " ");

/** A moment as <input type="datetime-local"> writes it: 2025-03-13T14:05 */
export function localInput(moment) {
  const parts = new Intl.DateTimeFormat("sv-SE", { ...zone, dateStyle: "short", timeStyle: "short" }).format(moment);
  return parts.replace(" ", "T");
}

export function languageName(code) {
  if (!code) return t("otherLanguage");
  const name = new Intl.DisplayNames([code], { type: "language", fallback: "code" }).of(code) ?? code;
  return `${name} (${code})`;
}
