"""The Web SDK's side of the platform, sans-I/O: who is logged in, their calls, and the wire they speak.

`Gateway` is where to begin. It knows texts that come and go, never a socket; the server's door and the tests' client
both drive it.
"""

from voxsim.protocols.websdk.gateway import Gateway
from voxsim.protocols.websdk.limits import GatewayLimits
from voxsim.protocols.websdk.media import MediaLink, MediaNear, MediaPlane, SignallingOnly

__all__ = ["Gateway", "GatewayLimits", "MediaLink", "MediaNear", "MediaPlane", "SignallingOnly"]
