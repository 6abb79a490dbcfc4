// What Glibc's Swift overlay leaves out: epoll, accept4, eventfd, inotify, signalfd, malloc_trim, and one thread-local
// pointer.
// No feature macros here: they would make two modules disagree about the same system struct.
#pragma once
#include <malloc.h>
#include <stdint.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC.
int segue_accept(int descriptor, struct sockaddr *address, socklen_t *length);

/// The processors that this process may use (sched_getaffinity).
int segue_processor_count(void);

/// Names the calling thread; the kernel keeps 15 bytes.
void segue_name_thread(const char *name);

/// The loop that the calling thread runs; NULL on any other thread.
extern _Thread_local void *segue_current_loop_pointer;
static inline void *segue_current_loop(void) { return segue_current_loop_pointer; }
static inline void segue_set_current_loop(void *loop) { segue_current_loop_pointer = loop; }

/// From now on a job that would go to the global executor goes to `take` instead, where the calling thread runs a loop.
void segue_take_global_jobs(void (*take)(void *loop, void *job));

/// Starts the program at `path` with no input and both outputs going to `output`, no signal blocked, and SIGTERM coming
/// when the calling thread ends, however it ends. Returns the process id, or -1 with errno.
pid_t segue_start_program(const char *path, char *const arguments[], char *const environment[], int output);
