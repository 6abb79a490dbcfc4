#define _GNU_SOURCE
#include "shim.h"
#include <sys/socket.h>

int segue_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
