#define _GNU_SOURCE
#include "shim.h"
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

_Thread_local void *segue_current_loop_pointer;

// Of the Swift runtime (include/swift/Runtime/Concurrency.h): what is asked before a job without an executor of its own
// goes to the global one.
typedef __attribute__((swiftcall)) void segue_enqueue(void *job);
extern __attribute__((swiftcall)) void (*swift_task_enqueueGlobal_hook)(void *job, segue_enqueue *original);

static void (*segue_take_job)(void *loop, void *job);

static __attribute__((swiftcall)) void segue_enqueue_global(void *job, segue_enqueue *original) {
    void *loop = segue_current_loop_pointer;
    if (loop != NULL) segue_take_job(loop, job);
    else original(job);
}

void segue_take_global_jobs(void (*take)(void *loop, void *job)) {
    segue_take_job = take;
    swift_task_enqueueGlobal_hook = segue_enqueue_global;
}

int segue_accept(int descriptor, struct sockaddr *address, socklen_t *length) {
    return accept4(descriptor, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void segue_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int segue_processor_count(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

pid_t segue_start_program(const char *path, char *const arguments[], char *const environment[], int output) {
    pid_t parent = getpid();
    pid_t child = fork();
    if (child != 0) return child;
    // Other threads did not come along, and their locks may be held: only async-signal-safe calls from here on.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    // The parent may have ended before the kernel was asked to tell.
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) _exit(127);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(127);
    execve(path, arguments, environment);
    _exit(127);
}
