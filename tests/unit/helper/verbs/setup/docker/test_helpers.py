"""keyturn.verbs.setup.docker.helpers and json_text: entries come and go, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturn.errors import Refused
from keyturn.verbs.setup.docker.helpers import HelperTable

REGISTRY, OTHER = "contoso.azurecr.io", "fabrikam.azurecr.io:8443"
LAYOUTS = {
    "docker's own": '{\n\t"auths": {\n\t\t"x": {}\n\t},\n\t"detachKeys": "ctrl-e"\n}',
    "with our table": '{\n\t"credHelpers": {\n\t\t"gcr.io": "gcloud"\n\t},\n\t"auths": {}\n}\n',
    "an empty table": '{"credsStore": "pass",\n "credHelpers": {}\n}\n',
    "a null": '{\n  "credHelpers": null,\n  "experimental": "enabled"\n}',
    "podman's own": '{\n\t"auths": {}\n}',
    "four blanks": '{\n    "a": 1.0e+3,\n    "b": "\\u00e9 é"\n}\n',
    "one line": '{"a":1,"b":[1,2]}',
    "one airy line": ' { "a" : 1 , "b" : { "c" : 2 } } \n',
    "carriage returns": '{\r\n  "a": 1\r\n}\r\n',
    "nothing in it": "{}",
    "blank in it": "{ }\n",
    "no file": "",
}


def table(text: str) -> HelperTable:
    return HelperTable(text, "config.json")


def without_helpers(text: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text or '{"auths": {}}')
    found.pop("credHelpers", None)
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_entry_is_added_beside_what_there_is(layout: str) -> None:
    text = LAYOUTS[layout]
    before = json.loads(text or "{}")
    changed = table(text)
    changed.ask(REGISTRY, "keyturn")
    changed.ask(OTHER, "keyturn")
    assert changed.helpers == (before.get("credHelpers") or {}) | {REGISTRY: "keyturn", OTHER: "keyturn"}
    assert without_helpers(changed.text) == without_helpers(text)
    assert list(json.loads(changed.text))[: len(before)] == list(before)


@pytest.mark.parametrize("layout", ["docker's own", "with our table", "podman's own", "four blanks", "one line",
                                    "one airy line", "carriage returns", "nothing in it"])  # fmt: skip
def test_what_was_added_goes_without_a_trace(layout: str) -> None:
    changed = table(LAYOUTS[layout])
    for registry in (REGISTRY, OTHER):
        changed.ask(registry, "keyturn")
    assert changed.text != LAYOUTS[layout]
    for registry in (OTHER, REGISTRY):
        changed.forget(registry)
    assert changed.text == LAYOUTS[layout]


def test_a_new_file_looks_like_dockers_own() -> None:
    """With `auths`, which docker always writes, and without which ORAS for Java 0.7.0 takes no registry at all."""
    changed = table("")
    changed.ask(REGISTRY, "keyturn")
    expected = '{\n\t"auths": {},\n\t"credHelpers": {\n\t\t"contoso.azurecr.io": "keyturn"\n\t}\n}\n'
    assert changed.text == expected
    changed.forget(REGISTRY)
    assert changed.is_empty


def test_a_file_with_more_than_a_new_one_is_not_empty() -> None:
    for text in ('{"auths": {}, "detachKeys": ""}', '{"auths": {"a.example": {}}}'):
        assert not table(text).is_empty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n  "a": 1\n}', '{\n  "a": 1,\n  "credHelpers": {\n    "contoso.azurecr.io": "keyturn"\n  }\n}'),
        ('{"a":1}', '{"a":1,"credHelpers":{"contoso.azurecr.io":"keyturn"}}'),
        ('{"credHelpers": {"a": "b"}}', '{"credHelpers": {"a": "b","contoso.azurecr.io": "keyturn"}}'),
    ],
)
def test_new_entries_look_like_their_neighbours(text: str, expected: str) -> None:
    changed = table(text)
    changed.ask(REGISTRY, "keyturn")
    assert changed.text == expected


def test_another_helper_is_replaced_in_its_place_and_comes_back() -> None:
    text = '{ "credHelpers": { "x": "y", "contoso.azurecr.io":  "acr-env" , "z":"pass"} }'
    changed = table(text)
    changed.ask(REGISTRY, "keyturn")
    assert changed.text == text.replace("acr-env", "keyturn")
    changed.ask(REGISTRY, "acr-env")
    assert changed.text == text


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_entry_is_taken_out_of_any_place(place: str) -> None:
    changed = table('{"credHelpers": {\n  "first": "a",\n  "middle": "b",\n  "last": "c"\n}}')
    changed.forget(place)
    assert list(changed.helpers) == [name for name in ("first", "middle", "last") if name != place]
    assert changed.text.count("\n") == 3


def test_an_empty_table_goes_with_its_last_entry_and_others_stay() -> None:
    changed = table('{"credHelpers": {"contoso.azurecr.io": "keyturn"}, "auths": {}}')
    changed.forget(REGISTRY)
    assert changed.text == '{"auths": {}}'
    for text in ("{}", '{"credHelpers": {}}', '{"credHelpers": null}', '{"credHelpers": {"gcr.io": "gcloud"}}'):
        unchanged = table(text)
        unchanged.forget(REGISTRY)
        assert unchanged.text == text


def test_names_with_escapes_are_the_names_they_mean() -> None:
    changed = table('{"cred\\u0048elpers": {"contoso\\u002eazurecr.io": "acr-env"}}')
    changed.ask(REGISTRY, "keyturn")
    assert changed.text == '{"cred\\u0048elpers": {"contoso\\u002eazurecr.io": "keyturn"}}'


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '"x"', "null", "{} {}", '{"a": NaN}', '{"a": 1, "a": 2}', '{"credHelpers": [1]}',
        '{"credHelpers": {"x": 1}}', '{"credHelpers": {"x": "a", "x": "b"}}', '{"CREDHELPERS": {}}',
        '\ufeff{"a": 1}', "// comment\n{}", '{"a": 1,}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_docker_would_not_read_as_we_do_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        table(text)
    assert str(refused.value).startswith("config.json ")


def test_logins_are_those_under_auths() -> None:
    assert table('{"auths": {"contoso.azurecr.io": {"auth": "eA=="}}}').logins == {REGISTRY}
    assert table('{"auths": null}').logins == table("{}").logins == set()


_names = st.text(max_size=6).filter(lambda name: name.lower() != "credhelpers")
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(
    document=st.dictionaries(_names, _values, max_size=4),
    helpers=st.dictionaries(st.text(max_size=6), st.text(max_size=4), min_size=1, max_size=3),
    indent=st.none() | st.integers(0, 4) | st.just("\t"),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
)
def test_any_file_survives_the_round_trip(
    document: dict[str, object], helpers: dict[str, str], indent: int | str | None, separators: tuple[str, str]
) -> None:
    for content in (document, document | {"credHelpers": helpers}):
        text = json.dumps(content, indent=indent, separators=separators)
        changed = table(text)
        changed.ask(REGISTRY, "keyturn")
        assert json.loads(changed.text) == content | {
            "credHelpers": (helpers if "credHelpers" in content else {}) | {REGISTRY: "keyturn"}
        }
        changed.forget(REGISTRY)
        assert changed.text == text
