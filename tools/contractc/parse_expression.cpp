// SPDX-License-Identifier: BSD-2-Clause
#include <array>

#include "tools/contractc/token_stream.hpp"

namespace contractc {
namespace {

using syntax::Expression;

struct Operator {
  std::string_view text;
  int level;  // binds the tighter the greater
};

// C's own levels.
constexpr std::array<Operator, 18> operators = {{{"||", 1},
                                                 {"&&", 2},
                                                 {"|", 3},
                                                 {"^", 4},
                                                 {"&", 5},
                                                 {"==", 6},
                                                 {"!=", 6},
                                                 {"<=", 7},
                                                 {">=", 7},
                                                 {"<", 7},
                                                 {">", 7},
                                                 {"<<", 8},
                                                 {">>", 8},
                                                 {"+", 9},
                                                 {"-", 9},
                                                 {"*", 10},
                                                 {"/", 10},
                                                 {"%", 10}}};

class ExpressionParser {
 public:
  explicit ExpressionParser(TokenStream& tokens) : tokens_(tokens) {}

  Expression parse(int level = 1) {
    const Nesting nesting(depth_, tokens_);
    Expression left = parse_unary();
    for (unsigned length = 0;; ++length) {
      const Operator* found = peek_operator();
      if (found == nullptr || found->level < level) return left;
      // A long chain makes a tree that is as deep as the chain is long.
      if (length == Nesting::limit)
        tokens_.fail("the expression is too long", "make it shorter, or name parts of it as constants");
      Expression result;
      result.kind = Expression::Kind::binary;
      result.at = tokens_.peek().at;
      result.text = found->text;
      tokens_.take();
      if (found->text == ">>") tokens_.take();
      result.left = std::make_unique<Expression>(std::move(left));
      result.right = std::make_unique<Expression>(parse(found->level + 1));
      left = std::move(result);
    }
  }

 private:
  const Operator* peek_operator() const {
    const Token& token = tokens_.peek();
    if (token.kind != Token::Kind::punctuation) return nullptr;
    const bool shift = token.is(">") && token.joined && tokens_.peek(1).is(">");
    for (const Operator& candidate : operators) {
      if (shift ? candidate.text == ">>" : token.is(candidate.text)) return &candidate;
    }
    return nullptr;
  }

  Expression parse_unary() {
    const Nesting nesting(depth_, tokens_);
    for (const std::string_view text : {"!", "-", "~"}) {
      if (!tokens_.sees(text)) continue;
      Expression result;
      result.kind = Expression::Kind::unary;
      result.at = tokens_.take().at;
      result.text = text;
      result.left = std::make_unique<Expression>(parse_unary());
      return result;
    }
    return parse_primary();
  }

  Expression parse_primary() {
    if (tokens_.take_if("(")) {
      Expression inner = parse();
      tokens_.expect(")", "close the parenthesis");
      return inner;
    }
    Expression result;
    result.at = tokens_.peek().at;
    if (tokens_.peek().kind == Token::Kind::number) {
      result.number = tokens_.take().number;
      return result;
    }
    result.kind = Expression::Kind::name;
    result.text = tokens_.expect_name("a number, a field, a constant or an enumerator").text;
    if (tokens_.take_if(".")) {
      if (!tokens_.sees("length"))
        tokens_.fail("expected `length`, found " + tokens_.peek().shown(),
                     "only `.length` of a lend, a give, a string or an array can be asked");
      tokens_.take();
      result.kind = Expression::Kind::length;
    }
    return result;
  }

  TokenStream& tokens_;
  unsigned depth_ = 0;
};

}  // namespace

Expression parse_expression(TokenStream& tokens) { return ExpressionParser(tokens).parse(); }

}  // namespace contractc
