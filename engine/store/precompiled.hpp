// Precompiled for the rooms that talk to Postgres. Files still include what they use.
#pragma once
#include <fmt/format.h>
#include <algorithm>
#include <boost/describe.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>
