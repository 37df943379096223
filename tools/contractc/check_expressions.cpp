// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>

#include "tools/contractc/scope.hpp"

namespace contractc {
namespace {

using model::Expression;
using Value = Expression::Value;

class Resolver {
 public:
  Resolver(const Scope& scope, const std::vector<model::Field>* fields, Diagnostics& diagnostics)
      : scope_(scope), fields_(fields), diagnostics_(diagnostics) {}

  std::unique_ptr<Expression> resolve(const syntax::Expression& expression) {
    switch (expression.kind) {
      case syntax::Expression::Kind::number: {
        auto result = make(Expression::Kind::number, Value::natural);
        result->number = expression.number;
        return result;
      }
      case syntax::Expression::Kind::name:
        return resolve_name(expression);
      case syntax::Expression::Kind::length:
        return resolve_length(expression);
      case syntax::Expression::Kind::unary:
        return resolve_unary(expression);
      case syntax::Expression::Kind::binary:
        return resolve_binary(expression);
    }
    return nullptr;
  }

 private:
  using Kind = Expression::Kind;

  static std::unique_ptr<Expression> make(Kind kind, Value value) {
    auto result = std::make_unique<Expression>();
    result->kind = kind;
    result->value = value;
    return result;
  }

  std::unique_ptr<Expression> wrong(const Position& at, std::string what, std::string mend) {
    diagnostics_.error(at, std::move(what), std::move(mend));
    return nullptr;
  }

  const model::Field* field_named(const std::string& name) const {
    if (fields_ == nullptr) return nullptr;
    const auto found = std::ranges::find(*fields_, name, &model::Field::name);
    return found == fields_->end() ? nullptr : &*found;
  }

  std::unique_ptr<Expression> resolve_name(const syntax::Expression& expression) {
    const std::string& name = expression.text;
    if (const model::Field* field = field_named(name)) {
      if (!field->type.is_scalar())
        return wrong(expression.at, std::format("`{}` is neither a number nor a bool", name),
                     std::format("of lends, gives, strings and arrays ask `{}.length`", name));
      auto result = make(Kind::field, field->type.kind == model::Type::Kind::boolean ? Value::boolean
                                      : field->type.is_signed                        ? Value::integer
                                                                                     : Value::natural);
      result->text = name;
      result->is_enumeration = field->type.kind == model::Type::Kind::enumeration;
      return result;
    }
    if (const auto found = scope_.constants.find(name); found != scope_.constants.end()) {
      auto result = make(Kind::constant, found->second.constant->negative ? Value::integer : Value::natural);
      result->text = name;
      result->space = found->second.space;
      result->number = found->second.constant->value;
      return result;
    }
    if (const auto found = scope_.enumerators.find(name); found != scope_.enumerators.end()) {
      if (found->second.ambiguous)
        return wrong(expression.at, std::format("more than one enum has an enumerator `{}`", name),
                     "compare with a constant, or give the enumerators different names");
      auto result =
          make(Kind::enumerator, found->second.enumeration->underlying.is_signed ? Value::integer : Value::natural);
      result->text = name;
      result->space = found->second.enumeration->space;
      result->scope = found->second.enumeration->name;
      result->number = found->second.value;
      return result;
    }
    return wrong(expression.at, std::format("there is no field, constant or enumerator `{}`", name),
                 "use a field of this message, or declare a constant above");
  }

  std::unique_ptr<Expression> resolve_length(const syntax::Expression& expression) {
    const model::Field* field = field_named(expression.text);
    if (field == nullptr)
      return wrong(expression.at, std::format("there is no field `{}`", expression.text),
                   "use a field of this message");
    using TypeKind = model::Type::Kind;
    const TypeKind kind = field->type.kind;
    if (kind != TypeKind::lend && kind != TypeKind::give && kind != TypeKind::string && kind != TypeKind::array)
      return wrong(expression.at, std::format("`{}` has no length", expression.text),
                   "lends, gives, strings and arrays have one");
    auto result = make(Kind::length, Value::natural);
    result->text = expression.text;
    return result;
  }

  std::unique_ptr<Expression> resolve_unary(const syntax::Expression& expression) {
    auto operand = resolve(*expression.left);
    if (operand == nullptr) return nullptr;
    const bool logical = expression.text == "!";
    if (logical != (operand->value == Value::boolean)) return wrong_operand(expression, logical);
    if (expression.text == "~" && operand->value == Value::integer) return wrong_bits(expression);
    auto result = make(Kind::unary, logical                  ? Value::boolean
                                    : expression.text == "-" ? Value::integer
                                                             : Value::natural);
    result->text = expression.text;
    result->left = std::move(operand);
    return result;
  }

  std::unique_ptr<Expression> resolve_binary(const syntax::Expression& expression) {
    auto left = resolve(*expression.left);
    auto right = resolve(*expression.right);
    if (left == nullptr || right == nullptr) return nullptr;
    const std::string& text = expression.text;
    const bool logical = text == "&&" || text == "||";
    const bool equality = text == "==" || text == "!=";
    const bool comparison = equality || text == "<" || text == ">" || text == "<=" || text == ">=";
    const bool bits = text == "&" || text == "|" || text == "^" || text == "<<" || text == ">>";
    const bool left_boolean = left->value == Value::boolean;
    const bool right_boolean = right->value == Value::boolean;
    if (left_boolean != right_boolean)
      return wrong(expression.at, std::format("`{}` joins a condition and a number", text), "compare the number first");
    if (logical && !left_boolean) return wrong_operand(expression, true);
    if (!logical && !equality && left_boolean) return wrong_operand(expression, false);
    if (bits && (left->value == Value::integer || right->value == Value::integer)) return wrong_bits(expression);
    const Value wide =
        left->value == Value::integer || right->value == Value::integer ? Value::integer : Value::natural;
    auto result = make(Kind::binary, logical || comparison ? Value::boolean : wide);
    result->text = text;
    result->left = std::move(left);
    result->right = std::move(right);
    return result;
  }

  std::unique_ptr<Expression> wrong_operand(const syntax::Expression& expression, bool wants_condition) {
    if (wants_condition)
      return wrong(expression.at, std::format("`{}` needs conditions, not numbers", expression.text),
                   "compare the number: `count != 0`");
    return wrong(expression.at, std::format("`{}` needs numbers, not conditions", expression.text),
                 "use `&&`, `||` or `!`");
  }
  std::unique_ptr<Expression> wrong_bits(const syntax::Expression& expression) {
    return wrong(expression.at, std::format("`{}` works on unsigned numbers only", expression.text),
                 "make the field unsigned, or use `*`, `/` and `%`");
  }

  const Scope& scope_;
  const std::vector<model::Field>* fields_;
  Diagnostics& diagnostics_;
};

int level_of(std::string_view op) {
  if (op == "&&" || op == "||") return 0;
  return op == "==" || op == "!=" || op == "<" || op == ">" || op == "<=" || op == ">=" ? 1 : 2;
}

}  // namespace

std::unique_ptr<Expression> resolve(const syntax::Expression& expression, const Scope& scope,
                                    const std::vector<model::Field>* fields, Diagnostics& diagnostics) {
  return Resolver(scope, fields, diagnostics).resolve(expression);
}

std::optional<Wide> constant_value(const syntax::Expression& expression, const Scope& scope, Diagnostics& diagnostics) {
  const auto resolved = resolve(expression, scope, nullptr, diagnostics);
  if (resolved == nullptr) return std::nullopt;
  const auto value = evaluate(*resolved, {});
  if (!value)
    diagnostics.error(expression.at, "the constant does not fit in 64 bits, or divides by zero", "make it smaller");
  return value;
}

std::string text_of(const syntax::Expression& expression) {
  using Kind = syntax::Expression::Kind;
  switch (expression.kind) {
    case Kind::number:
      return std::to_string(expression.number);
    case Kind::name:
      return expression.text;
    case Kind::length:
      return expression.text + ".length";
    case Kind::unary:
      return expression.text + text_of(*expression.left);
    case Kind::binary: {
      const int level = level_of(expression.text);
      const auto side = [&](const syntax::Expression& operand) {
        const bool bare = operand.kind != Kind::binary || level_of(operand.text) > level ||
                          (level == 0 && operand.text == expression.text);
        return bare ? text_of(operand) : "(" + text_of(operand) + ")";
      };
      return side(*expression.left) + " " + expression.text + " " + side(*expression.right);
    }
  }
  return {};
}

}  // namespace contractc
