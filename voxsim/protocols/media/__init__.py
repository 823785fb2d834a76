"""Real audio with browsers, sans-I/O: ICE-lite, DTLS-SRTP and PCMU, from datagrams to samples and back.

`Peer` is one end of a call's media. It knows the datagrams that come and go, the time it is told, and no socket.
"""
