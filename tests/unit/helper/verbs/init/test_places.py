"""What somebody types to begin with, and what is done with it."""

from __future__ import annotations

import pytest

from keyturn.errors import UsageError
from keyturn.verbs.init.places import place_of, places_of
from keyturn.verbs.init.proposal import Proposal


def test_a_url_as_a_browser_shows_it_is_one_that_git_takes() -> None:
    """The proof asks git for it: without the scheme that would be a directory here."""
    place = place_of("dev.azure.com/contoso/demo/_git/app", None)
    assert place.given == "https://dev.azure.com/contoso/demo/_git/app"
    assert place == place_of(place.given, None)


@pytest.mark.parametrize("image", ["contoso.azurecr.io/app:1", "https://contoso.azurecr.io/v2/"])
def test_an_image_is_a_registry_and_that_is_said(image: str) -> None:
    place = place_of(image, None)
    assert (place.service, place.key) == ("acr", "contoso.azurecr.io")
    told = f"{image} is in the registry contoso.azurecr.io: tokens are for all of that"
    assert list(Proposal("work", {}, place, "work").remarks()) == [told]
    for registry in ("contoso.azurecr.io", "https://Contoso.azurecr.io/"):
        assert list(Proposal("work", {}, place_of(registry, None), "work").remarks()) == []


def test_what_a_place_lacks_is_added_to_all_that_was_typed_of_it() -> None:
    typed = ("keyturn", "init", "https://git.example/tfs", "contoso.azurecr.io", "--profile", "ci", "--yes")
    with pytest.raises(UsageError) as refused:
        places_of(typed[2:4], None, typed)
    again = "name it: keyturn init https://git.example/tfs --profile ci --yes --service SERVICE"
    assert refused.value.hint == again, "what is said of one place is not said of the other"


@pytest.mark.parametrize(("variables", "options"), [({}, ""), ({"GITHUB_ACTIONS": "true"}, " --from-env --yes")])
def test_a_place_that_takes_no_token_of_ours(
    variables: dict[str, str], options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name told nothing, so that --service was hinted, which made a target of it that no token is good for."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=r"github\.com takes no token of Entra ID or of an AWX") as refused:
        place_of("https://github.com/contoso/app", None)
    assert str(refused.value.hint).endswith(f": keyturn init PLACE{options}")
