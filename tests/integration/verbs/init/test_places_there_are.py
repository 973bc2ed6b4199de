"""A place, a profile, or half of both is there already: `init` goes on from there."""

from __future__ import annotations

import shlex

from support.scenes.newcomer import CODE, Newcomer, newcomer

__all__ = ["newcomer"]


def test_a_second_place_of_the_same_person_gets_the_same_profile(newcomer: Newcomer) -> None:
    url = newcomer.emulator.ready.git
    with newcomer.machine.terminal(*newcomer.words(f"{url}/contoso", "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    done = newcomer.machine.run(*newcomer.words(f"{url}/fabrikam", "--yes"), status=0)
    assert "is signed in as" in done.stdout
    profiles = newcomer.written["profile"]
    assert isinstance(profiles, dict)
    assert list(profiles) == ["work"]
    third = newcomer.machine.run(
        "keyturn", "init", f"{url}/tailspin", "--service", "azure-devops", "--profile", "work", "--yes", status=0
    )
    assert "[profile.work]" not in third.stdout, "it is named, so it stays as it is"
    assert newcomer.written["profile"] == profiles
    assert "keyturn setup git --undo" not in third.stdout, "two other places need it"
    assert f"keyturn target remove {url}/tailspin\n" in third.stdout


def test_a_profile_that_lacks_its_secret_gets_no_sign_in_for_it(newcomer: Newcomer) -> None:
    """No terminal helps: the secret does, and then the same command."""
    ready, machine = newcomer.emulator.ready, newcomer.machine
    application = ready.clients["service"]["application_id"]
    keys = (f"tenant={ready.tenant}", f"application_id={application}", f"authority={ready.authority}")
    machine.configure("")
    machine.run(
        "keyturn", "profile", "add", "build", "flow=client-secret", *keys, f"ca_file={ready.ca_file}", status=0
    )  # fmt: skip
    words = ("keyturn", "init", ready.registry, "--service", "acr", "--profile", "build", "--yes")
    lacking = machine.run(*words, status=3)
    assert lacking.stderr.endswith("\nkeyturn: hint: keyturn secret set build -\n")
    assert f"to go on from here:\n    {shlex.join(words)}\n" in lacking.stdout
    with machine.terminal(*words) as terminal:
        assert terminal.end() == 3
        assert terminal.seen.endswith("\nkeyturn: hint: keyturn secret set build\n")
    machine.run("keyturn", "secret", "set", "build", "-", input=ready.clients["service"]["secret"], status=0)
    machine.run(*words, status=0)


def test_what_is_there_is_not_written_over(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    with machine.terminal(*newcomer.words(place, "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    before = machine.config_file.read_bytes()
    other = ("--account", "bob@contoso.example", "--profile", "work", "--yes")
    refused = machine.run(*newcomer.words(place, *other), status=1)
    assert "there is a profile work already, which signs in otherwise\n" in refused.stderr
    assert "keyturn: hint: keyturn profile show work\n" in refused.stderr
    wrong = machine.run(*newcomer.words(f"{place}/x", "--yes", "--secret", "hunter2-planted"), status=2)
    assert "hunter2" not in wrong.stderr + wrong.stdout
    assert machine.config_file.read_bytes() == before


def test_what_is_left_after_a_refusal_is_done_by_the_same_command(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    service = newcomer.emulator.ready.clients["service"]
    application = ("--flow", "client-secret", "--application-id", service["application_id"], "--secret", "-")
    words = newcomer.words(place, "--yes", *application)
    refused = machine.run(*words, input="mistyped", status=1)
    assert f"not all of it is set up yet; to go on from here:\n    {shlex.join(words)}\n" in refused.stdout
    done = machine.run(*words, input=service["secret"], status=0)
    assert f"git gets a token for {place} from keyturn" in done.stdout


def test_a_place_that_is_a_target_already_is_set_up_with_its_profile(newcomer: Newcomer) -> None:
    machine, place = newcomer.machine, f"{newcomer.emulator.ready.git}/contoso"
    with machine.terminal(*newcomer.words(place, "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    machine.run("keyturn", "setup", "git", "--undo", status=0)
    before = machine.config_file.read_bytes()
    again = machine.run("keyturn", "init", place, "--service", "azure-devops", "--yes", status=0).stdout
    assert f"{place} is a target of profile work already (--profile NAME takes another)\n" in again
    assert f"git gets a token for {place} from keyturn" in again
    assert "wrote" not in again
    assert "take it back" not in again
    assert machine.config_file.read_bytes() == before


def test_a_place_that_was_anothers_goes_back_to_them(newcomer: Newcomer) -> None:
    place = f"{newcomer.emulator.ready.git}/contoso"
    service = newcomer.emulator.ready.clients["service"]
    words = newcomer.words(place, "--yes", "--profile")
    with newcomer.machine.terminal(*words, "first") as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    before = newcomer.written
    machine = ("--flow", "client-secret", "--application-id", service["application_id"], "--secret", "-")
    second = newcomer.machine.run(*words, "second", *machine, input=service["secret"], status=0)
    assert f"{place} is a target of profile first until now" in second.stdout
    back = [line.split() for line in second.stdout.partition("to take it back:")[2].splitlines() if line]
    assert [command[1:3] for command in back] == [["target", "add"], ["profile", "remove"]], "git was set up before"
    for command in back:
        newcomer.machine.run(*command, status=0)
    assert newcomer.written["targets"] == before["targets"]


def test_whoever_signs_in_already_is_offered_first(newcomer: Newcomer) -> None:
    """Nothing entered is the profile there is: no tenant is asked for, and nobody signs in a second time."""
    url = newcomer.emulator.ready.git
    with newcomer.machine.terminal(*newcomer.words(f"{url}/contoso", "--yes")) as first:
        newcomer.emulator.control.approve(first.wait_for(CODE).group(1))
        assert first.end() == 0
    profiles = newcomer.written["profile"]
    words = ("keyturn", "init", f"{url}/fabrikam", "--service", "azure-devops")
    with newcomer.machine.terminal(*words) as second:
        second.wait_for(r"  work  as for its other places: device-code, ")
        second.wait_for(r"1, 2, 3 or a profile \[work\]: ")
        second.type("\n")
        second.wait_for(r"write this, and sign in\? \[y/N\] ")
        second.type("y\n")
        assert second.end() == 0
        assert f"git gets a token for {url}/fabrikam from keyturn" in second.seen
    assert newcomer.written["profile"] == profiles
