// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/examples.hpp"

#include <algorithm>
#include <format>
#include <set>

namespace contractc {
namespace {

using model::Expression;
using model::Field;
using model::Message;
using model::Type;
using Kind = Type::Kind;
using Values = std::map<std::string, Wide>;  // of scalars the value, of all others the length

constexpr std::uint64_t read_bit = std::uint64_t{1} << 62;
constexpr std::uint64_t write_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t some_address = 0x10000;

Wide default_value(const Field& field) {
  return field.type.kind == Kind::enumeration ? static_cast<Wide>(field.type.enumeration->enumerators.front().value)
                                              : 0;
}

// ---- values for which a condition holds, or does not ---------------------------------------------------------------

void collect(const Expression& expression, std::set<std::string>& fields, std::set<Wide>& numbers) {
  if (expression.kind == Expression::Kind::field || expression.kind == Expression::Kind::length)
    fields.insert(expression.text);
  if (expression.left == nullptr) {
    if (const auto value = evaluate(expression, {})) numbers.insert(*value);
    return;
  }
  collect(*expression.left, fields, numbers);
  if (expression.right != nullptr) collect(*expression.right, fields, numbers);
}

void conjuncts(const Expression& expression, std::vector<const Expression*>& list) {
  if (expression.kind == Expression::Kind::binary && expression.text == "&&") {
    conjuncts(*expression.left, list);
    conjuncts(*expression.right, list);
  } else {
    list.push_back(&expression);
  }
}

class Search {
 public:
  explicit Search(const Message& message) {
    for (const Field& field : message.fields) values_[field.name] = default_value(field);
    if (message.condition == nullptr) return;
    conjuncts(*message.condition, conjuncts_);
    std::set<std::string> names;
    std::set<Wide> numbers;
    collect(*message.condition, names, numbers);
    std::set<Wide> candidates{0, 1, 2};
    for (const Wide a : numbers) {
      candidates.insert({a - 1, a, a + 1});
      for (const Wide b : numbers) candidates.insert({a * b, a + b});
    }
    for (const Field& field : message.fields) {
      if (names.contains(field.name)) variables_.emplace_back(&field, candidates_of(field, candidates));
    }
  }

  std::optional<Values> good() {
    return find([&] { return std::ranges::all_of(conjuncts_, [&](const Expression* part) { return holds(*part); }); });
  }
  std::size_t parts() const { return conjuncts_.size(); }
  // Only the one part does not hold, if that can be.
  std::optional<Values> bad(std::size_t part) {
    const auto alone = find([&] {
      for (std::size_t i = 0; i < conjuncts_.size(); ++i) {
        if (holds(*conjuncts_[i]) == (i == part)) return false;
      }
      return true;
    });
    return alone ? alone : find([&] { return !holds(*conjuncts_[part]); });
  }

 private:
  std::vector<Wide> candidates_of(const Field& field, const std::set<Wide>& candidates) const {
    std::vector<Wide> result;
    const Type length{.kind = Kind::integer, .size = 4};
    for (const Wide value : candidates) {
      switch (field.type.kind) {
        case Kind::boolean:
          if (value == 0 || value == 1) result.push_back(value);
          break;
        case Kind::enumeration:
          break;
        case Kind::string:
        case Kind::array:
          if (value >= 0 && value <= static_cast<Wide>(field.type.capacity)) result.push_back(value);
          break;
        case Kind::lend: {
          const Wide unit = field.type.structure == nullptr ? 1 : static_cast<Wide>(field.type.structure->size);
          if (fits(value, length) && value % unit == 0) result.push_back(value);
          if (unit != 1 && fits(value * unit, length)) result.push_back(value * unit);
          break;
        }
        default:
          if (fits(value, field.type.in_back() ? length : field.type)) result.push_back(value);
      }
    }
    if (field.type.kind == Kind::enumeration) {
      for (const auto& enumerator : field.type.enumeration->enumerators)
        result.push_back(field.type.is_signed ? static_cast<Wide>(static_cast<std::int64_t>(enumerator.value))
                                              : static_cast<Wide>(enumerator.value));
    }
    return result;
  }

  bool holds(const Expression& expression) const {
    return evaluate(expression, [&](const std::string& field) {
             return std::optional(values_.at(field));
           }).value_or(0) != 0;
  }

  template <class Accept>
  std::optional<Values> find(Accept accept) {
    for (const auto& [field, candidates] : variables_) values_[field->name] = default_value(*field);
    unsigned left = 2'000'000;
    if (search(0, accept, left)) return values_;
    return std::nullopt;
  }

  template <class Accept>
  bool search(std::size_t variable, Accept& accept, unsigned& left) {
    if (left == 0) return false;
    if (variable == variables_.size()) {
      --left;
      return accept();
    }
    const auto& [field, candidates] = variables_[variable];
    for (const Wide value : candidates) {
      values_[field->name] = value;
      if (search(variable + 1, accept, left)) return true;
    }
    return false;
  }

  Values values_;
  std::vector<const Expression*> conjuncts_;
  std::vector<std::pair<const Field*, std::vector<Wide>>> variables_;
};

// ---- values as bytes ------------------------------------------------------------------------------------------------

void put_default(Example& example, const Type& type, std::uint64_t offset) {
  if (type.kind == Kind::enumeration) example.put(offset, type.size, type.enumeration->enumerators.front().value);
  if (type.kind != Kind::structure) return;
  for (const Field& field : type.structure->fields) put_default(example, field.type, offset + field.offset);
}

Example encode(const Message& message, const Values& values) {
  Example example{.number = message.number, .lends = message.back, .words = {}};
  for (const Field& field : message.fields) {
    const std::uint64_t value = static_cast<std::uint64_t>(values.at(field.name));
    switch (field.type.kind) {
      case Kind::lend:
        example.words[5 - 2 * field.offset] = some_address | (field.type.writable ? write_bit : read_bit);
        example.words[6 - 2 * field.offset] = value;
        break;
      case Kind::give:
        example.words[5 - 2 * field.offset] = some_address;
        example.words[6 - 2 * field.offset] = value;
        break;
      case Kind::string: {
        example.put(field.offset, 1, value);
        for (std::uint64_t i = 0; i < value; ++i) example.put(field.offset + 1 + i, 1, 'a');
        break;
      }
      case Kind::array: {
        example.put(field.offset, 2, value);
        const Type& element = *field.type.element;
        const std::uint64_t begin = (field.offset + 2 + element.alignment - 1) / element.alignment * element.alignment;
        for (std::uint64_t i = 0; i < value; ++i) put_default(example, element, begin + i * element.size);
        break;
      }
      case Kind::structure:
        put_default(example, field.type, field.offset);
        break;
      default:
        example.put(field.offset, field.type.size, value);
    }
  }
  return example;
}

// ---- what can be wrong with one value ----------------------------------------------------------------------------

std::optional<std::uint64_t> number_of_no_enumerator(const model::Enum& enumeration) {
  const std::uint64_t all =
      enumeration.underlying.size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << enumeration.underlying.size * 8) - 1;
  for (std::uint64_t value = 0; value <= all && value <= enumeration.enumerators.size(); ++value) {
    if (std::ranges::none_of(enumeration.enumerators, [&](const auto& one) { return (one.value & all) == value; }))
      return value;
  }
  return std::nullopt;
}

void spoil(const Example& good, const Type& type, std::uint64_t offset, const std::string& name,
           std::vector<BadExample>& list) {
  const auto add = [&](std::string what, std::string violation, std::uint64_t size, std::uint64_t value) {
    BadExample bad{std::format("{} {}", name, what), std::move(violation), good};
    bad.example.put(offset, size, value);
    list.push_back(std::move(bad));
  };
  switch (type.kind) {
    case Kind::boolean:
      add("is 2", "bad_bool", 1, 2);
      add("is 255", "bad_bool", 1, 255);
      break;
    case Kind::enumeration:
      if (const auto value = number_of_no_enumerator(*type.enumeration))
        add("is no enumerator", "bad_enum", type.size, *value);
      break;
    case Kind::string:
      if (type.capacity < 255) add("is longer than its bound", "too_long", 1, type.capacity + 1);
      break;
    case Kind::array: {
      if (type.capacity < 65'535) add("has more elements than its bound", "too_long", 2, type.capacity + 1);
      Example longer = good;
      longer.put(offset, 2, type.capacity);
      const Type& element = *type.element;
      const std::uint64_t begin = (offset + 2 + element.alignment - 1) / element.alignment * element.alignment;
      for (std::uint64_t i = 0; i < type.capacity; ++i) put_default(longer, element, begin + i * element.size);
      spoil(longer, element, begin + (type.capacity - 1) * element.size, name + "'s last element", list);
      break;
    }
    case Kind::structure:
      for (const Field& field : type.structure->fields)
        spoil(good, field.type, offset + field.offset, name + "." + field.name, list);
      break;
    default:
      break;
  }
}

void spoil_lend(const Example& good, const Field& field, std::vector<BadExample>& list) {
  if (field.type.kind != Kind::lend) return;
  BadExample wrong_right{field.name + " has the other right", "wrong_right", good};
  wrong_right.example.words[5 - 2 * field.offset] ^= read_bit | write_bit;
  list.push_back(wrong_right);
  BadExample no_right{field.name + " has no right", "wrong_right", good};
  no_right.example.words[5 - 2 * field.offset] &= ~(read_bit | write_bit);
  list.push_back(no_right);
  if (field.type.structure == nullptr || field.type.structure->size == 1) return;
  BadExample length{field.name + " is no whole number of structures", "wrong_length", good};
  ++length.example.words[6 - 2 * field.offset];
  list.push_back(length);
}

}  // namespace

void Example::put(std::uint64_t offset, std::uint64_t size, std::uint64_t value) {
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t at = offset + i;
    const unsigned shift = static_cast<unsigned>(at % 8 * 8);
    std::uint64_t& word = words.at(at / 8);
    word = (word & ~(std::uint64_t{0xff} << shift)) | (value >> i * 8 & 0xff) << shift;
  }
}

std::optional<Example> good_example(const Message& message) {
  const auto values = Search(message).good();
  if (!values) return std::nullopt;
  return encode(message, *values);
}

std::vector<BadExample> bad_examples(const Message& message) {
  std::vector<BadExample> list;
  const auto good = good_example(message);
  if (!good) return list;
  for (unsigned lends = 0; lends < 4; ++lends) {
    if (lends == message.back) continue;
    BadExample bad{std::format("{} lends", lends), "wrong_lends", *good};
    bad.example.lends = lends;
    list.push_back(std::move(bad));
  }
  for (const Field& field : message.fields) {
    if (field.type.in_back())
      spoil_lend(*good, field, list);
    else
      spoil(*good, field.type, field.offset, field.name, list);
  }
  Search search(message);
  for (std::size_t part = 0; part < search.parts(); ++part) {
    if (const auto values = search.bad(part))
      list.push_back(
          {std::format("part {} of the condition does not hold", part + 1), "condition", encode(message, *values)});
  }
  return list;
}

}  // namespace contractc
