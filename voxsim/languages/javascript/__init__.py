"""JavaScript scenarios: the program, its contexts, the engines behind them, and the bridge to the one vocabulary."""

from __future__ import annotations
