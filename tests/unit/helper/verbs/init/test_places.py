"""What somebody types to begin with, and what is done with it."""

from __future__ import annotations

from keyturn.verbs.init.places import place_of


def test_a_url_as_a_browser_shows_it_is_one_that_git_takes() -> None:
    """The proof asks git for it: without the scheme that would be a directory here."""
    place = place_of("dev.azure.com/contoso/demo/_git/app", None)
    assert place.given == "https://dev.azure.com/contoso/demo/_git/app"
    assert place == place_of(place.given, None)
