"""The driver: trio around the engine. It moves time, runs async handlers, and interrupts what computes too long."""

from voxsim.driver.driver import Driver
from voxsim.driver.pace import Pace
from voxsim.driver.turns import Stuck, TimeUp

__all__ = ["Driver", "Pace", "Stuck", "TimeUp"]
