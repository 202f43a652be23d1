/* Another wall clock for one process: loaded into it (LD_PRELOAD), adds the seconds that the file NODE_CLOCK holds to the time of day, at
   once when the file changes. Clocks that only run forward are left alone, as when a person sets the clock. libfaketime is not used: with
   it mysqld's timed waits return at once, and its threads spin. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t none = 0, *offset = &none;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("NODE_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        void *page = mmap(0, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
        if (page != MAP_FAILED) offset = page;
        close(file);
    }
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    int failed = (int)syscall(SYS_clock_gettime, clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += *offset;
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

/* A deadline by the wall clock is one of ours, and the kernel has its own. What was reckoned by another clock, the time since the
   machine's start, is far smaller. */
static struct timespec real(const struct timespec *until) {
    struct timespec at = *until;
    if (at.tv_sec > 1000000000) at.tv_sec -= *offset;
    return at;
}

#define WAITS(name, declared, passed) \
    int name declared { \
        static int (*next) declared; \
        struct timespec at = real(until); \
        until = &at; \
        if (!next) next = (int (*) declared)dlsym(RTLD_NEXT, #name); \
        return next passed; \
    }

WAITS(pthread_cond_timedwait,
      (pthread_cond_t *restrict c, pthread_mutex_t *restrict m, const struct timespec *restrict until),
      (c, m, until))
WAITS(pthread_cond_clockwait,
      (pthread_cond_t *restrict c, pthread_mutex_t *restrict m, clockid_t clock, const struct timespec *restrict until),
      (c, m, clock, until))
WAITS(pthread_mutex_timedlock, (pthread_mutex_t *restrict m, const struct timespec *restrict until), (m, until))
WAITS(sem_timedwait, (sem_t *restrict s, const struct timespec *restrict until), (s, until))
