// Numbers as people read them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace salix::report {

// `digits` after the point; "n/a" for what is not finite.
std::string fixed(double value, int digits);
// Four significant digits: 0.1396, 12.35, 1.2e-05.
std::string significant(double value);
// 12,345,678
std::string grouped(std::int64_t count);
// "0.42 s", "31.2 s", "4 min 12 s", "2 h 05 min", "3 d 4 h".
std::string duration(double seconds);
// "512 B", "3.2 KiB", "1.75 GiB".
std::string bytes(double count);
// "1 image", "12 images".
std::string counted(std::int64_t count, const std::string& noun);

// Of the finite ones; NaN when there is none.
double median(std::span<const double> values);
double mean(std::span<const double> values);
// The value below which `share` (0..1) of the finite ones lie.
double quantile(std::span<const double> values, double share);

}  // namespace salix::report
