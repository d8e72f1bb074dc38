"""Texts of services for the benchmark, in three languages, with about the vocabulary that real ones have.

Finnish makes words by joining and inflecting them, so that a national register holds some hundred thousand
different ones, most of them rare. The same is done here: parts of compounds and cases, the common ones often.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random


def _words(text: str) -> list[str]:
    return text.split()


HEADS = _words("""
velka talous asumis asunto päihde mielenterveys perhe lapsi nuoriso vanhus vammais työ työllisyys opiskelu kriisi
vertais ryhmä koti kotihoito terveys sairaan kuntoutus liikunta kulttuuri musiikki kirjasto ruoka vaate
maahanmuuttaja kotoutumis digi verkko puhelin etä päivä ilta yö viikonloppu kesä talvi äiti isä vanhemmuus ero suru
omais läheis muisti syöpä diabetes sydän keuhko allergia näkö kuulo liikkumis kuljetus henkilökohtais sosiaali
toimeentulo eläke oikeus edunvalvonta rikos väkivalta turva turvakoti ensi suoja asunnottomuus vuokra muutto
remontti energia neuvonta ohjaus palvelu tuki apu toiminta vapaaehtois järjestö yhdistys seurakunta diakonia kirkko
nuori aikuis seniori ikäihmis varhais esi koulu oppilas opinto ammatti työpaja työvoima yritys hyvinvointi elämän
arki harrastus käsityö kuoro teatteri tanssi uinti luonto retki eläin puutarha keittiö kahvila leipä pelaamis peli
huume alkoholi tupakka unettomuus masennus ahdistus paniikki trauma itsemurha kiusaamis yksinäisyys ystävä kaveri
seksuaali sukupuoli raskaus synnytys neuvola hammas suu lääkäri laboratorio rokotus ensiapu päivystys sairaala
apuväline tulkki viittomakieli
""")

TAILS = (
    "neuvonta neuvonna|ryhmä ryhmä|toiminta toiminna|tuki tue|palvelu palvelu|keskus keskukse|kerho kerho|työ työ"
    "|hoito hoido|kurssi kurssi|ilta illa|valmennus valmennukse|kahvila kahvila|puhelin puhelime|päivystys päivystykse"
    "|tapaaminen tapaamise|ohjaus ohjaukse|apu avu|paja paja|asema asema|yksikkö yksikö|koulutus koulutukse"
    "|tila tila|vastaanotto vastaanoto|asuminen asumise|kuntoutus kuntoutukse|hanke hankkee|leiri leiri|retki retke"
    "|keskustelu keskustelu|henkilö henkilö|ohjaaja ohjaaja|neuvoja neuvoja|hakemus hakemukse|etuus etuude|maksu maksu"
    "|arviointi arvioinni|suunnitelma suunnitelma|selvitys selvitykse|kokemus kokemukse|verkosto verkosto|piste pistee"
    "|linja linja|sovittelu sovittelu|terapia terapia|testi testi|opas oppaa|tieto tiedo|talo talo|tupa tuva"
)
CASES = ("", "", "", "n", "n", "a", "a", "ssa", "sta", "lla", "lle", "t", "an")

SENTENCES = (
    "Tarjoamme {a} ja {b} kaikille, jotka tarvitsevat apua.",
    "{A} on tarkoitettu asiakkaille, joiden {b} kaipaa vahvistusta tai muutosta elämäntilanteessa.",
    "Ryhmässä käsitellään {a} sekä {b}, ja keskustelu on luottamuksellista.",
    "Palveluun kuuluu {a}, {b} ja tarvittaessa {c} yhdessä ammattilaisen kanssa.",
    "Voit varata ajan puhelimitse tai tulla paikalle, kun {a} on avoinna.",
    "Autamme, kun {a} tuntuu vaikealta tai {b} on muuttunut.",
    "Toiminta perustuu vapaaehtoisuuteen, {a} ja {b} tukevat arkea.",
    "Asiakas saa tukea asioihin, joita ovat muun muassa {a}, {b} ja {c}.",
)

SWEDISH_HEADS = _words("""
skuld ekonomi boende bostad missbruk mental familje barn ungdoms äldre handikapp arbets studie kris kamrat grupp
hem hälso sjuk rehabiliterings motions kultur musik biblioteks mat kläd integrations digital nät telefon dag kvälls
sommar mamma pappa föräldra skilsmässo sorg anhörig minnes cancer diabetes hjärt syn hörsel färd social pensions
rätts intresse brotts vålds trygghets skydds bostadslös hyres flytt energi frivillig förenings församlings diakoni
vuxen
""")
SWEDISH_TAILS = _words("""
rådgivning grupp verksamhet stöd service central klubb arbete vård kurs kväll träning kafé telefon jour träff
handledning hjälp verkstad station enhet utbildning lokal mottagning projekt läger utflykt samtal förmån avgift
bedömning plan utredning nätverk punkt linje medling terapi test guide information hus
""")
SWEDISH_ENDINGS = ("", "", "", "en", "et", "er", "erna", "s")
SWEDISH_SENTENCES = (
    "Vi erbjuder {a} och {b} för alla som behöver stöd.",
    "{A} är avsedd för klienter vars {b} behöver stärkas.",
    "I gruppen talar vi om {a} och {b} i förtroende.",
    "Du kan boka tid per telefon när {a} är öppen.",
)

ENGLISH = _words("""
debt counselling housing support group peer mental health substance abuse family services children young people
older adults disability employment study crisis home care rehabilitation exercise culture music library food aid
immigrant integration digital online telephone evening weekend parenting divorce grief carers memory cancer
diabetes transport social assistance pension legal guardianship violence shelter safety homelessness rent moving
energy volunteer parish loneliness friends depression anxiety gambling alcohol drugs sleep pregnancy dental doctor
interpreter meeting course
""")
ENGLISH_SENTENCES = (
    "We offer {a} and {b} for everyone who needs support.",
    "The service includes {a}, {b} and advice on {c}.",
    "You can book a time by phone or come to {a}.",
)

SYLLABLES = _words("""
ka la mi no ra su te vi ho ju pe ri sa to ku lei mäk ran niem koi ves hal pih lah sär tuo
""")


class Writer:
    """Writes words and texts; the same seed writes the same."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self._tails = [tuple(pair.split()) for pair in TAILS.split("|")]

    def common(self, among: Sequence[str]) -> str:
        """One of them, the first ones much more often (Zipf)."""
        weights = list(accumulate(1 / (rank + 3) for rank in range(len(among))))
        return self.random.choices(among, cum_weights=weights)[0]

    def finnish(self, case: str | None = None) -> str:
        """A compound in some case; one in five has three parts."""
        head = self.common(HEADS)
        if self.random.random() < 0.2:
            head += self.common(HEADS)
        strong, weak = self._tails[int(len(self._tails) * self.random.random() ** 1.5)]
        ending = self.random.choice(CASES) if case is None else case
        if ending in ("", "a", "an"):
            stem = strong if not strong.endswith("nen") else weak
            return head + (strong if not ending else stem + ending)
        return head + weak + ending

    def swedish(self) -> str:
        return self.common(SWEDISH_HEADS) + self.common(SWEDISH_TAILS) + self.random.choice(SWEDISH_ENDINGS)

    def english(self) -> str:
        return f"{self.common(ENGLISH)} {self.common(ENGLISH)}"

    def name(self) -> str:
        """A name that means nothing, such as places, houses and associations have."""
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 4))).capitalize()

    def text(self, language: str, sentences: int) -> str:
        word = {"fi": self.finnish, "sv": self.swedish, "en": self.english}[language]
        patterns = {"fi": SENTENCES, "sv": SWEDISH_SENTENCES, "en": ENGLISH_SENTENCES}[language]
        chosen = (self.random.choice(patterns) for _ in range(sentences))
        return " ".join(one.format(a=word(), b=word(), c=word(), A=word().capitalize()) for one in chosen)
