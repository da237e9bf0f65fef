// The symbols in front of the C library's. Each asks the trap and then goes on to the one behind it, which the
// dynamic linker knows. They bear names of their own here, and those of the C library in the object file only,
// so that no header's idea of them gets in the way.

#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include "engine/trap/determinism_trap.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier)

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DURABLE_TRAP_ABSENT
#endif
#endif

namespace durable::trap {

#ifdef DURABLE_TRAP_ABSENT

bool DeterminismTrap::available() {
    return false;
}

#else

bool DeterminismTrap::available() {
    return true;
}

namespace {

/// The symbol behind ours. Looked up once for each, by whoever calls it first: before any trap stands, since
/// the program's start has used most of them.
template <class Signature>
Signature* behind(const char* symbol) {
    return reinterpret_cast<Signature*>(::dlsym(RTLD_NEXT, symbol));
}

bool caught(const char* symbol, const char* family) noexcept {
    return DeterminismTrap::spring(symbol, family);
}

/// For what answers -1 when it fails.
int refused() noexcept {
    errno = EPERM;
    return -1;
}

}  // namespace

// Declares `trapped_<symbol>`, which the object file calls <symbol>, and defines `next` for it.
#define TRAPPED(result, symbol, ...) \
    extern "C" __attribute__((visibility("default"))) result trapped_##symbol(__VA_ARGS__) asm(#symbol)
#define BEHIND(symbol) static const auto next = behind<decltype(trapped_##symbol)>(#symbol)

// --- clock: they answer, since they cannot refuse ---------------------------------------------------------

TRAPPED(int, clock_gettime, clockid_t, timespec*);
int trapped_clock_gettime(clockid_t clock, timespec* into) {
    BEHIND(clock_gettime);
    caught("clock_gettime", "clock");
    return next(clock, into);
}
TRAPPED(int, gettimeofday, void*, void*);
int trapped_gettimeofday(void* into, void* zone) {
    BEHIND(gettimeofday);
    caught("gettimeofday", "clock");
    return next(into, zone);
}
TRAPPED(time_t, time, time_t*);
time_t trapped_time(time_t* into) {
    BEHIND(time);
    caught("time", "clock");
    return next(into);
}
TRAPPED(clock_t, clock, void);
clock_t trapped_clock() {
    BEHIND(clock);
    caught("clock", "clock");
    return next();
}
TRAPPED(int, timespec_get, timespec*, int);
int trapped_timespec_get(timespec* into, int base) {
    BEHIND(timespec_get);
    caught("timespec_get", "clock");
    return next(into, base);
}

// --- random ------------------------------------------------------------------------------------------------

TRAPPED(ssize_t, getrandom, void*, size_t, unsigned);
ssize_t trapped_getrandom(void* into, size_t size, unsigned flags) {
    BEHIND(getrandom);
    caught("getrandom", "random");
    return next(into, size, flags);
}
TRAPPED(int, getentropy, void*, size_t);
int trapped_getentropy(void* into, size_t size) {
    BEHIND(getentropy);
    caught("getentropy", "random");
    return next(into, size);
}
TRAPPED(int, rand, void);
int trapped_rand() {
    BEHIND(rand);
    caught("rand", "random");
    return next();
}
TRAPPED(long, random, void);
long trapped_random() {
    BEHIND(random);
    caught("random", "random");
    return next();
}
TRAPPED(unsigned, arc4random, void);
unsigned trapped_arc4random() {
    BEHIND(arc4random);
    caught("arc4random", "random");
    return next();
}
/// std::random_device: asks the processor, not the system.
TRAPPED(unsigned, _ZNSt13random_device9_M_getvalEv, void*);
unsigned trapped__ZNSt13random_device9_M_getvalEv(void* device) {
    BEHIND(_ZNSt13random_device9_M_getvalEv);
    caught("std::random_device", "random");
    return next(device);
}

// --- environment -------------------------------------------------------------------------------------------

TRAPPED(char*, getenv, const char*);
char* trapped_getenv(const char* name) {
    BEHIND(getenv);
    return caught("getenv", "environment") ? nullptr : next(name);
}
TRAPPED(char*, secure_getenv, const char*);
char* trapped_secure_getenv(const char* name) {
    BEHIND(secure_getenv);
    return caught("secure_getenv", "environment") ? nullptr : next(name);
}
TRAPPED(int, gethostname, char*, size_t);
int trapped_gethostname(char* into, size_t size) {
    BEHIND(gethostname);
    return caught("gethostname", "environment") ? refused() : next(into, size);
}

// --- files -------------------------------------------------------------------------------------------------

namespace {

/// The permissions that open() takes when it may make a file.
mode_t mode_of(int flags, va_list& rest) {
    constexpr int made = 0100;          // O_CREAT
    constexpr int unnamed = 020000000;  // O_TMPFILE without O_DIRECTORY
    return (flags & (made | unnamed)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

TRAPPED(int, open, const char*, int, ...);
int trapped_open(const char* path, int flags, ...) {
    BEHIND(open);
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return caught("open", "file") ? refused() : next(path, flags, mode);
}
TRAPPED(int, open64, const char*, int, ...);
int trapped_open64(const char* path, int flags, ...) {
    BEHIND(open64);
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return caught("open64", "file") ? refused() : next(path, flags, mode);
}
TRAPPED(FILE*, fopen, const char*, const char*);
FILE* trapped_fopen(const char* path, const char* how) {
    BEHIND(fopen);
    if (!caught("fopen", "file")) return next(path, how);
    refused();
    return nullptr;
}
TRAPPED(FILE*, fopen64, const char*, const char*);
FILE* trapped_fopen64(const char* path, const char* how) {
    BEHIND(fopen64);
    if (!caught("fopen64", "file")) return next(path, how);
    refused();
    return nullptr;
}
TRAPPED(ssize_t, read, int, void*, size_t);
ssize_t trapped_read(int file, void* into, size_t size) {
    BEHIND(read);
    return caught("read", "file") ? refused() : next(file, into, size);
}
TRAPPED(ssize_t, write, int, const void*, size_t);
ssize_t trapped_write(int file, const void* from, size_t size) {
    BEHIND(write);
    return caught("write", "file") ? refused() : next(file, from, size);
}
TRAPPED(int, unlink, const char*);
int trapped_unlink(const char* path) {
    BEHIND(unlink);
    return caught("unlink", "file") ? refused() : next(path);
}

// --- sockets -----------------------------------------------------------------------------------------------

TRAPPED(int, socket, int, int, int);
int trapped_socket(int domain, int type, int protocol) {
    BEHIND(socket);
    return caught("socket", "socket") ? refused() : next(domain, type, protocol);
}
TRAPPED(int, connect, int, const sockaddr*, socklen_t);
int trapped_connect(int socket, const sockaddr* to, socklen_t size) {
    BEHIND(connect);
    return caught("connect", "socket") ? refused() : next(socket, to, size);
}
TRAPPED(ssize_t, send, int, const void*, size_t, int);
ssize_t trapped_send(int socket, const void* from, size_t size, int flags) {
    BEHIND(send);
    return caught("send", "socket") ? refused() : next(socket, from, size, flags);
}
TRAPPED(ssize_t, recv, int, void*, size_t, int);
ssize_t trapped_recv(int socket, void* into, size_t size, int flags) {
    BEHIND(recv);
    return caught("recv", "socket") ? refused() : next(socket, into, size, flags);
}
TRAPPED(int, getaddrinfo, const char*, const char*, const addrinfo*, addrinfo**);
int trapped_getaddrinfo(const char* host, const char* service, const addrinfo* hints, addrinfo** into) {
    BEHIND(getaddrinfo);
    return caught("getaddrinfo", "socket") ? EAI_FAIL : next(host, service, hints, into);
}

// --- threads, and waiting without a timer ------------------------------------------------------------------

TRAPPED(int, pthread_create, pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
int trapped_pthread_create(pthread_t* into, const pthread_attr_t* how, void* (*run)(void*), void* with) {
    BEHIND(pthread_create);
    return caught("pthread_create", "thread") ? EPERM : next(into, how, run, with);
}
TRAPPED(int, nanosleep, const timespec*, timespec*);
int trapped_nanosleep(const timespec* how_long, timespec* left) {
    BEHIND(nanosleep);
    return caught("nanosleep", "thread") ? refused() : next(how_long, left);
}
TRAPPED(int, clock_nanosleep, clockid_t, int, const timespec*, timespec*);
int trapped_clock_nanosleep(clockid_t clock, int flags, const timespec* until, timespec* left) {
    BEHIND(clock_nanosleep);
    return caught("clock_nanosleep", "thread") ? EPERM : next(clock, flags, until, left);
}
TRAPPED(int, sched_yield, void);
int trapped_sched_yield() {
    BEHIND(sched_yield);
    return caught("sched_yield", "thread") ? refused() : next();
}

// --- locale ------------------------------------------------------------------------------------------------

TRAPPED(char*, setlocale, int, const char*);
char* trapped_setlocale(int category, const char* name) {
    BEHIND(setlocale);
    return caught("setlocale", "locale") ? nullptr : next(category, name);
}

#endif

}  // namespace durable::trap

// NOLINTEND(bugprone-reserved-identifier)
