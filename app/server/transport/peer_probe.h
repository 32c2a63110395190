// Tells a half-closed peer from a vanished one, without sending anything.
#pragma once

namespace app {

/// After the peer's FIN: true when no process holds the peer's socket any more. Only a peer on this machine can be
/// asked about (its socket is looked up by the kernel's socket diagnosis); for others, and on any doubt, false.
bool peerSocketIsOrphan(int fd);

}  // namespace app
