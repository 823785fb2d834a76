"""Which JavaScript engine is chosen, and what is said of one that cannot be used."""

import pytest

from voxsim.languages.javascript import engines, jsbox, native, quickjs
from voxsim.languages.javascript.program import prelude
from voxsim.vocabulary.errors import ConfigurationError


@pytest.fixture(autouse=True)
def unasked(monkeypatch):
    """Nobody has named an engine."""
    monkeypatch.delenv("VOXSIM_JAVASCRIPT", raising=False)


@pytest.fixture
def without(monkeypatch):
    """`without(module, error)` makes an adapter fail to load."""

    def without(module, error):
        def load():
            raise error

        monkeypatch.setattr(module, "load", load)
        monkeypatch.setattr(module, "warm", lambda prelude: load())

    return without


def test_quickjs_ng_comes_first():
    assert engines.find(prelude()) is quickjs.QuickJs


def test_jsbox_stands_in_for_what_is_missing(without):
    without(quickjs, quickjs.Missing("quickjs-ng is not installed."))
    assert engines.find(prelude()) is jsbox.JsBox


def test_jsbox_stands_in_for_a_release_that_is_not_known_and_says_so(without):
    without(quickjs, ConfigurationError("voxsim knows quickjs-ng 0.17.*, found 0.99.0."))
    with pytest.warns(RuntimeWarning, match=r"found 0\.99\.0\. JavaScript runs on jsbox\."):
        assert engines.find(prelude()) is jsbox.JsBox


def test_without_any_engine_the_message_says_what_to_install(without):
    without(quickjs, quickjs.Missing("quickjs-ng is not installed."))
    without(jsbox, ConfigurationError("jsbox is not installed."))
    with pytest.raises(ConfigurationError, match=r"quickjs-ng is not installed\. .* pip install 'voxsim\[js\]'"):
        engines.find(prelude())


def test_an_engine_that_is_asked_for_is_used_or_refused(monkeypatch, without):
    monkeypatch.setenv("VOXSIM_JAVASCRIPT", "jsbox")
    assert engines.find(prelude()) is jsbox.JsBox
    without(jsbox, ConfigurationError("jsbox is not installed."))
    with pytest.raises(ConfigurationError, match="VOXSIM_JAVASCRIPT asks for jsbox: jsbox is not installed"):
        engines.find(prelude())
    monkeypatch.setenv("VOXSIM_JAVASCRIPT", "v8")
    with pytest.raises(ConfigurationError, match="VOXSIM_JAVASCRIPT is 'v8'; the engines are quickjs-ng and jsbox"):
        engines.find(prelude())


def test_a_library_with_other_insides_is_not_used(monkeypatch):
    module, library = quickjs.load()
    assert library.fits(module.Context())
    monkeypatch.setattr(native, "_LIMIT", 5 * 8)
    assert not library.fits(module.Context())
