// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/contractc/syntax.hpp"
#include "tools/contractc/token.hpp"

namespace contractc {

/// Thrown up to the next item once an item cannot be read on; the error has been reported.
struct SyntaxError {};

/// The tokens in front of the parser. Host tools use exceptions for this one purpose.
class TokenStream {
 public:
  TokenStream(std::vector<Token> tokens, Diagnostics& diagnostics)
      : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[next_ + ahead < tokens_.size() ? next_ + ahead : tokens_.size() - 1];
  }
  bool at_end() const { return peek().kind == Token::Kind::end; }
  bool sees(std::string_view text) const { return peek().is(text); }
  Token take() {
    Token token = peek();
    if (!at_end()) ++next_;
    if (token.is("{")) ++depth_;
    if (token.is("}")) --depth_;
    return token;
  }
  bool take_if(std::string_view text) {
    if (!sees(text)) return false;
    take();
    return true;
  }
  Token expect(std::string_view text, std::string_view mend) {
    if (!sees(text)) fail("expected `" + std::string(text) + "`, found " + peek().shown(), std::string(mend));
    return take();
  }
  syntax::Name expect_name(std::string_view what) {
    if (peek().kind != Token::Kind::name)
      fail("expected " + std::string(what) + ", found " + peek().shown(),
           "write " + std::string(what) + ": letters, digits and `_`, not beginning with a digit");
    const Token token = take();
    return {std::string(token.text), token.at};
  }
  std::uint64_t expect_number(std::string_view what) {
    if (peek().kind != Token::Kind::number)
      fail("expected " + std::string(what) + ", found " + peek().shown(), "write a number");
    return take().number;
  }

  void error(const Position& at, std::string wrong, std::string mend) {
    diagnostics_.error(at, std::move(wrong), std::move(mend));
  }
  [[noreturn]] void fail(std::string wrong, std::string mend) {
    error(peek().at, std::move(wrong), std::move(mend));
    throw SyntaxError{};
  }

  /// Goes to behind the item of a contract in which an error was found: behind its `;`, or its closing brace.
  void skip_item() {
    while (!at_end()) {
      if (depth_ <= 1 && sees("}")) return;
      const Token token = take();
      if (depth_ > 1 || !(token.is("}") || token.is(";"))) continue;
      if (token.is("}")) take_if(";");
      return;
    }
  }

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int depth_ = 0;  // open braces
  Diagnostics& diagnostics_;
};

/// Bounds nesting, so that no text can exhaust the stack.
class Nesting {
 public:
  static constexpr unsigned limit = 64;
  Nesting(unsigned& depth, TokenStream& tokens) : depth_(depth) {
    if (++depth_ > limit) {
      --depth_;
      tokens.fail("nested too deeply", "at most 64 levels are allowed: give the inner part a name");
    }
  }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  unsigned& depth_;
};

// The parts of the parser, one to a file.
syntax::Expression parse_expression(TokenStream& tokens);
syntax::Type parse_type(TokenStream& tokens);
syntax::State parse_state(TokenStream& tokens);
syntax::Personality parse_personality(TokenStream& tokens);
syntax::Contract parse_contract(TokenStream& tokens);

}  // namespace contractc
