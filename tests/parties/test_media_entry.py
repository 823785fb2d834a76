"""`[media]` in voxsim.toml: what it says, and what it cannot say."""

import pytest

from voxsim.parties.configuration import load_configuration
from voxsim.parties.mediaentry import MediaEntry
from voxsim.vocabulary.errors import ConfigurationError


@pytest.fixture
def read(tmp_path):
    (tmp_path / "hello.py").write_text("")

    def load(text):
        (tmp_path / "voxsim.toml").write_text(text)
        return load_configuration(tmp_path).media

    return load


def test_without_a_table_audio_stays_on_this_machine(read):
    assert read("") == MediaEntry(host="127.0.0.1", port=0, speech_level=-45.0, speech_text="(speech)")


def test_all_of_it(read):
    text = '[media]\nhost = "192.0.2.7"\nport = 40000\nspeech_level = -30\nspeech_text = "yes please"'
    assert read(text) == MediaEntry(host="192.0.2.7", port=40000, speech_level=-30.0, speech_text="yes please")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('host = "localhost"', "'host' is an IP address of this machine, got 'localhost'"),
        ('host = "0.0.0.0"', "'host' is one address"),
        ("port = 70000", "'port' is a port from 0 .any. to 65535, got 70000"),
        ("speech_level = 3", "'speech_level' is a figure from -90 to 0, in dB, got 3"),
        ("speech_level = nan", "'speech_level' is a number"),
        ("speech_txt = 'x'", "no key 'speech_txt'. Did you mean 'speech_text'"),
        ("speech_text = 3", "speech_text"),
    ],
)
def test_what_it_cannot_say(read, line, words):
    with pytest.raises(ConfigurationError, match=words):
        read(f"[media]\n{line}")
