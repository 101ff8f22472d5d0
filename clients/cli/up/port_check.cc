#include "clients/cli/up/port_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace ebb {

absl::Status CheckPortFree(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return absl::ResourceExhaustedError(absl::StrCat("cannot open a socket: ", strerror(errno)));
  // Connections of an earlier run that are still closing do no harm; a listener does.
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool free = bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int why = errno;
  close(listener);
  if (free) return absl::OkStatus();
  if (why == EADDRINUSE) {
    return absl::FailedPreconditionError(
        absl::StrCat("port ", port,
                     " is taken by another program (another `ebb up`?); stop it, or choose "
                     "other ports with --port-base"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("port ", port, " cannot be used: ", strerror(why), "; choose other ports with --port-base"));
}

}  // namespace ebb
