// What scores are called and which way they are better.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "train/report/html.h"
#include "train/report/score_facts.h"

namespace salix::report {

// Of MAE and the centres' distance; all others are better when higher.
bool lower_is_better(std::size_t column);

// The place of a key in score_columns().
std::size_t column_of(std::string_view key);

// A column's title with an arrow that says which way is better.
Html column_heading(std::size_t column);
std::string column_title(std::size_t column);

const SetScores* find_set(const Evaluation& evaluation, const std::string& name);

// Which values of a column are its best, as three decimals show them: none of fewer than two.
std::vector<bool> best_of(std::span<const double> values, std::size_t column);

}  // namespace salix::report
