#include "app/server/transport/peer_probe.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace app {

namespace {

struct Endpoint {
  int family = 0;
  uint32_t address[4] = {};
  uint16_t port = 0;  ///< network order
};

bool readEndpoint(const sockaddr_storage& storage, Endpoint* out) {
  out->family = storage.ss_family;
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    out->address[0] = in.sin_addr.s_addr;
    out->port = in.sin_port;
    return true;
  }
  if (storage.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    out->port = in.sin6_port;
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
      // The other end is an IPv4 socket and is listed as one.
      out->family = AF_INET;
      std::memcpy(out->address, in.sin6_addr.s6_addr + 12, 4);
      return true;
    }
    std::memcpy(out->address, &in.sin6_addr, sizeof out->address);
    return true;
  }
  return false;
}

struct DiagRequest {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

/// Asks the kernel for the socket whose own end is `source`; 1 = found and held, 0 = orphan or not there, -1 = unknown.
int lookUp(const Endpoint& source, const Endpoint& destination) {
  const int diag = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (diag < 0) return -1;
  const timeval timeout{0, 50'000};
  ::setsockopt(diag, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  DiagRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = static_cast<uint8_t>(source.family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0u;
  request.body.id.idiag_sport = source.port;
  request.body.id.idiag_dport = destination.port;
  std::memcpy(request.body.id.idiag_src, source.address, sizeof source.address);
  std::memcpy(request.body.id.idiag_dst, destination.address, sizeof destination.address);
  request.body.id.idiag_cookie[0] = request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;

  int result = -1;
  alignas(nlmsghdr) char reply[8192];
  if (::send(diag, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request)) {
    const ssize_t length = ::recv(diag, reply, sizeof reply, 0);
    if (length >= static_cast<ssize_t>(sizeof(nlmsghdr))) {
      nlmsghdr header{};
      std::memcpy(&header, reply, sizeof header);
      if (header.nlmsg_type == NLMSG_ERROR && length >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
        nlmsgerr failure{};
        std::memcpy(&failure, reply + NLMSG_HDRLEN, sizeof failure);
        result = failure.error == -ENOENT ? 0 : -1;
      } else if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY &&
                 length >= static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg)))) {
        inet_diag_msg found{};
        std::memcpy(&found, reply + NLMSG_HDRLEN, sizeof found);
        // A peer that only shut down its sending side waits in FIN_WAIT2 (or FIN_WAIT1) and still has an inode.
        result = found.idiag_inode != 0 ? 1 : 0;
      }
    }
  }
  ::close(diag);
  return result;
}

}  // namespace

bool peerSocketIsOrphan(int fd) {
  sockaddr_storage ours{};
  sockaddr_storage theirs{};
  socklen_t oursLength = sizeof ours;
  socklen_t theirsLength = sizeof theirs;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &oursLength) != 0 ||
      ::getpeername(fd, reinterpret_cast<sockaddr*>(&theirs), &theirsLength) != 0) {
    return false;
  }
  Endpoint local;
  Endpoint remote;
  if (!readEndpoint(ours, &local) || !readEndpoint(theirs, &remote)) return false;
  // Equal addresses mean a connection within this machine; only then is the peer's socket in our kernel's tables.
  const bool loopback = local.family == AF_INET && (ntohl(remote.address[0]) >> 24) == 127;
  if (!loopback && std::memcmp(local.address, remote.address, sizeof local.address) != 0) return false;
  return lookUp(remote, local) == 0;
}

}  // namespace app
