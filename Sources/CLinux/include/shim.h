// What Glibc's Swift overlay leaves out: epoll, accept4, eventfd, timerfd, inotify, signalfd.
// No feature macros here: they would make two modules disagree about the same system struct.
#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>

int segue_accept(int descriptor, struct sockaddr *address, socklen_t *length);
