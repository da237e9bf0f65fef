// What a workflow must never do, one function a family: the purity check has to notice each.

#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <locale>
#include <random>
#include <sstream>
#include <thread>

namespace impure {

long clock_read() {
    return std::chrono::system_clock::now().time_since_epoch().count();
}
unsigned random_number() {
    return std::random_device{}();
}
const char* environment() {
    return std::getenv("HOME");
}
void* file() {
    return std::fopen("/etc/passwd", "r");
}
int open_socket() {
    return ::socket(AF_INET, SOCK_STREAM, 0);
}
void start_thread() {
    std::thread{[] {}}.join();
}
std::string locale_name() {
    return std::locale{}.name();
}
std::string stream() {
    std::ostringstream text;
    text << 1;
    return text.str();
}

}  // namespace impure
