"""Scripted agents: who plays the AI services that scenarios connect to.

`script` is what an agent is told to do, `talk` one conversation of it, `dialects` how each vendor says the same things.
"""

from voxsim.parties.agents.directory import ScriptedAgents as ScriptedAgents
from voxsim.parties.agents.script import Agent as Agent
from voxsim.parties.agents.script import AgentTiming as AgentTiming
from voxsim.parties.agents.script import Happening as Happening
