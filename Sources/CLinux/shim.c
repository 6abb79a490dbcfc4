#define _GNU_SOURCE
#include "shim.h"
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

_Thread_local void *segue_current_loop_pointer;

int segue_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void segue_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int segue_processor_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
