"""The driver: trio around the engine. It moves time, runs async handlers, and interrupts what computes too long."""

from voxsim.driver.driver import Driver, Stuck, TimeUp
from voxsim.driver.pace import Pace

__all__ = ["Driver", "Pace", "Stuck", "TimeUp"]
