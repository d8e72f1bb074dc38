"""Words that say nothing of what somebody looks for: little words, and those of small talk."""

from __future__ import annotations

from typing import Final

from catalog.forms import words

_FINNISH = """
ja on ei se tai kun jos niin että eli sekä vai mutta vaan vain kuin koska jotta joten
minä mä mää minun mun minua mua minulla mulla minulle mulle minusta musta sinä sä sinun sun sulla sulle teillä teidän
te me hän hänen hänellä ne he nämä nää tämä tää tuo toi tätä tuota sitä siitä siinä siihen siellä sieltä sinne täällä
täältä tänne tuolla tuolta missä mistä mihin minne mikä mitä mitäs mitkä kuka ketä keneltä kenelle miten miks miksi
milloin koska kuinka joku jokin jotain jotakin johonkin jostain jossain joka jotka joita jonka jossa josta
olen oon olet oot ole oo olla ollut ollu olisi ois olisko oisko onko onks ovat oli olin en et emme ette eivät
voi voin voit voisi voisin voiko voinko vois saa saan saat saisi saisin saako saanko sais haluan haluun haluaisin
haluisin tarvitsen tarviin tarvin tarttisin tarvitsisin tarvis pitää pitäisi pitäs täytyy etsin etsiä löytää löytyy
löytyykö löydän mistäs haen hakea kaipaan kaipaisin toivon toivoisin tietää tiedän tiiä tiedä tietoa
kanssa kans kaa mukaan ilman varten vuoksi takia kautta jälkeen ennen aikana asti saakka lähellä läheltä
kaikki kaikkea koko jo vielä nyt heti sit sitten aina ihan tosi aivan hyvin tosiaan ehkä varmaan kyllä joo juu jep
joskus usein paljon vähän liian enää taas myös edes juuri just noin sama semmoinen sellainen tällainen sellaista
hei heippa hei hei moi moikka moro morjens terve tervehdys päivää huomenta iltaa yötä hyvää hyvä kiitos kiitti kiitoksia
kiitän kiva kivaa anteeksi ok okei selvä haloo näkemiin moimoi heihei mitäpä kuuluu kuulu kuuluuko menee meneekö
mitään mikään ketään kukaan koskaan missään mihinkään kumpi kumma kuinkahan moni monta jokainen molemmat muu muut muita
tein teen tekee tehdä tehnyt teki teit tulee tuleeko tulen tulin tuli tulla tullut menen menin meni mennä mennyt kävin
käy käyn käydä kävi ollaan mennään tehdään sanoi sanon sano sanoa kerro kertoa kerron näen näki näkee katso katson
katoin ostin ostettua söin söit syön syöt juon puhut puhutko puhuu puhun tarvitse tarvitset tarvii tarvitsee toimii
toimiiko osaat osaatko osaan osaa pystyy pystyn haluatko haluat tykkään tykkäät rakastan vihaan muistan muista luulen
mieluummin samoin ihmeempää erityistä kunnossa öitä palataan myöhemmin soitan kohta äsken viime
uusi vanha iso pieni nimi nimesi kiinni auki paljonko kumpikin erittäin melko aika todella vissiin muuten siis
väärä väärin oikein nappi nappia vitsi sää ilma ulkona aamu aamulla illalla päivä päivän vuosi vuotta viikko viikon
botti bot robotti tänään eilen huomenna juttelee jutella ihminen oikea apua auta auttaa autat auttakaa
"""

_SWEDISH = """
och i på är det den att en ett som för med av till om men eller så när var vad vem hur varför vilken vilka vilket
jag du han hon vi ni de mig dig min mitt mina din ditt dina oss er honom henne dem sig sin sitt sina
har hade inte kan kunde ska skulle vill ville behöver behövde måste får fick finns fanns söker hitta hittar letar
någon något några ingen inget inga här där hit dit från vid hos under över efter innan utan mot mycket lite bara
alla allt annan annat andra samma själv blir bli blev gör göra gjort gjorde säga säger sa berätta kommer komma går gå
veta vet tror tänker tycker gillar älskar funkar fungerar heter pratar talar tala äta åt sen sedan vi hörs ses
ute väder fint fel rätt knapp ny gammal stor liten namn klockan tid ikväll igår imorgon senare snart mycket många
hej hejsan hallå tjena god dag morgon kväll natt tack tackar bra okej ja jo nej förlåt mår idag hjälp hjälpa
"""

_ENGLISH = """
a an the and or but of to in on at for with from by about as is are was were be been am i im you he she it we they me
my your his her its our their him them us this that these those what where when who why how which can could would
should will do does did not no yes have has had need needs want find looking look search get any some there here
just like really very much many more most other another same own who tell told say said make made go going went come
see saw know think guess feel seems time last next now later soon again still already really
speak joke who won name old new big small good bad nice great weather outside button wrong right
hi hello hey thanks thank good morning evening night day please sorry okay fine today help
"""

SMALL_WORDS: Final = frozenset(words(f"{_FINNISH} {_SWEDISH} {_ENGLISH}"))
"""Folded, in all languages: somebody may write in another language than that of the buttons."""
