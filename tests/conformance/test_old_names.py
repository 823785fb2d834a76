"""Old names that scenarios in production still use: each is what it is called today."""

import pytest

import voxsim
from voxsim.vocabulary import constants, enums, legacy
from voxsim.vocabulary.naming import python_name


def found(dotted):
    """What a dotted name is in Python."""
    owner, *path = dotted.split(".")
    thing = getattr(voxsim, owner)
    for step in path:
        try:
            thing = getattr(thing, step)
        except AttributeError:
            thing = getattr(thing, python_name(step))
    return thing


@pytest.mark.parametrize(("old", "today"), legacy.ALIASES.items())
def test_an_old_name_is_what_it_is_called_today(old, today):
    assert found(old) == found(today)


@pytest.mark.parametrize("name", sorted(legacy.MODULES))
def test_modules_that_need_no_require_any_more_are_required_without_harm(name):
    assert getattr(voxsim.Modules, name) is None


@pytest.mark.parametrize(("name", "members"), legacy.VALUES.items())
def test_old_members_of_todays_enumerations(name, members):
    assert {member: getattr(found(name), member) for member in members} == members


@pytest.mark.parametrize("name", ["US_ENGLISH_FEMALE", "RU_RUSSIAN_FEMALE", "UK_ENGLISH_MALE"])
def test_the_older_languages_stand_for_themselves(name):
    assert getattr(voxsim.Language, name) == f"Language.{name}"


def test_what_never_existed_is_still_told():
    with pytest.raises(AttributeError, match="Did you mean"):
        voxsim.ASRLanguage.ENGLISCH_US  # noqa: B018
    assert not hasattr(voxsim.CallEvents, "Nonsense")


@pytest.mark.parametrize("kind", [kind for kind in vars(enums).values() if isinstance(kind, type)], ids=str)
def test_python_and_javascript_know_the_same_members(kind):
    if kind.__module__ == enums.__name__ and constants.is_set(kind.__name__):
        listed = constants.constant_set(kind.__name__).members.keys()
        assert set(kind.__members__) <= listed | legacy.VALUES.get(kind.__name__, {}).keys()
