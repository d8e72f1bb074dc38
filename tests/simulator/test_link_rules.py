import pytest

from bot.simulator.links import checked


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Esimerkki.fi", "https://esimerkki.fi/"),
        ("HTTPS://esimerkki.fi/A?b=1#c", "https://esimerkki.fi/A?b=1#c"),
        ("esimerkki.fi", "http://esimerkki.fi/"),
        ("http://esimerkki.fi:8080?a", "http://esimerkki.fi:8080/?a"),
        ("https://hyvinvointialue-åäö.fi/", "https://hyvinvointialue-åäö.fi/"),
        ("tg://resolve?domain=example_bot", "tg://resolve?domain=example_bot"),
        ("TG://user?id=1", "tg://user?id=1"),
    ],
)
def test_links_are_kept_as_telegram_writes_them(given, kept):
    assert checked(given) == kept


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("tel:+358401234567", "Wrong port number specified in the URL"),
        ("tel://112", "Unsupported URL protocol"),
        ("ftp://esimerkki.fi", "Unsupported URL protocol"),
        ("mailto:a@b.fi", "Wrong port number specified in the URL"),
        ("esimerkki", "Wrong HTTP URL"),
        ("https://", "URL host is empty"),
        ("", "URL host is empty"),
        ("tg://resolve:80?domain=a", "Wrong tg URL"),
    ],
)
def test_other_links_are_refused(given, complaint):
    with pytest.raises(ValueError, match=complaint):
        checked(given)


def test_web_apps_need_https():
    with pytest.raises(ValueError, match="Only HTTPS links are allowed"):
        checked("http://esimerkki.fi", https_only=True)
