// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/scope.hpp"

namespace contractc {
namespace {

using model::Expression;
using Kind = Expression::Kind;
using Value = Expression::Value;
using Leaf = std::function<std::optional<Wide>(const std::string&)>;

std::optional<Wide> narrow(Wide value, Value as) {
  const Wide one = 1;
  const bool fits = as == Value::integer ? value >= -(one << 63) && value < one << 63 : value >= 0 && value < one << 64;
  return fits ? std::optional(value) : std::nullopt;
}

std::optional<Wide> arithmetic(const std::string& op, Wide a, Wide b, Value as) {
  if (op == "+") return narrow(a + b, as);
  if (op == "-") return narrow(a - b, as);
  if (op == "*") {
    Wide product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
    return narrow(product, as);
  }
  if (op == "/") return b == 0 ? std::nullopt : narrow(a / b, as);
  if (op == "%") return b == 0 ? std::nullopt : narrow(a % b, as);
  if (op == "<<") return b < 64 ? narrow(a << static_cast<unsigned>(b), as) : std::nullopt;
  if (op == ">>") return b < 64 ? narrow(a >> static_cast<unsigned>(b), as) : std::nullopt;
  if (op == "&") return a & b;
  if (op == "|") return a | b;
  return a ^ b;
}

std::optional<Wide> binary(const Expression& expression, const Leaf& leaf) {
  const auto left = evaluate(*expression.left, leaf);
  if (!left) return std::nullopt;
  const std::string& op = expression.text;
  // As in C, the right side is not looked at where the left one decides.
  if (op == "&&" && *left == 0) return 0;
  if (op == "||" && *left != 0) return 1;
  const auto right = evaluate(*expression.right, leaf);
  if (!right) return std::nullopt;
  const Wide a = *left;
  const Wide b = *right;
  if (op == "&&" || op == "||") return b != 0;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == ">") return a > b;
  if (op == "<=") return a <= b;
  if (op == ">=") return a >= b;
  return arithmetic(op, a, b, expression.value);
}

}  // namespace

std::optional<Wide> evaluate(const Expression& expression, const Leaf& leaf) {
  switch (expression.kind) {
    case Kind::number:
      return static_cast<Wide>(expression.number);
    case Kind::constant:
    case Kind::enumerator:
      return expression.value == Value::integer ? static_cast<Wide>(static_cast<std::int64_t>(expression.number))
                                                : static_cast<Wide>(expression.number);
    case Kind::field:
    case Kind::length:
      return leaf ? leaf(expression.text) : std::nullopt;
    case Kind::binary:
      return binary(expression, leaf);
    case Kind::unary:
      break;
  }
  const auto operand = evaluate(*expression.left, leaf);
  if (!operand) return std::nullopt;
  if (expression.text == "!") return *operand == 0;
  if (expression.text == "~") return static_cast<Wide>(~static_cast<std::uint64_t>(*operand));
  return narrow(-*operand, Value::integer);
}

}  // namespace contractc
