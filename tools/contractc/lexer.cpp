// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/lexer.hpp"

#include <array>
#include <format>

namespace contractc {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int digit_of(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// `>>` is left as two tokens, so that `array<array<u8, 2>, 2>` needs no space; the expression parser joins them.
constexpr std::array<std::string_view, 9> long_punctuation = {"->", "&&", "||", "==", "!=", "<=", ">=", "<<", "..."};
constexpr std::string_view short_punctuation = "{}()[]<>;:,.=?!+-*/%&|^~";

class Lexer {
 public:
  Lexer(const Source& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {
    at_.source = &source;
  }

  std::vector<Token> all() {
    std::vector<Token> tokens;
    for (;;) {
      std::string documentation = skip_space();
      if (done()) {
        tokens.push_back({.kind = Token::Kind::end, .text = {}, .at = at_, .documentation = std::move(documentation)});
        return tokens;
      }
      Token token{.text = {}, .at = at_, .documentation = std::move(documentation)};
      if (scan(token)) tokens.push_back(std::move(token));
    }
  }

 private:
  bool done() const { return offset_ >= source_.text.size(); }
  char peek(std::size_t ahead = 0) const {
    return offset_ + ahead < source_.text.size() ? source_.text[offset_ + ahead] : '\0';
  }
  bool sees(std::string_view what) const { return std::string_view(source_.text).substr(offset_).starts_with(what); }

  void advance(std::size_t count = 1) {
    for (; count != 0 && !done(); --count) {
      if (source_.text[offset_++] == '\n') {
        ++at_.line;
        at_.column = 1;
      } else {
        ++at_.column;
      }
    }
  }

  // Spaces and comments. Documentation is what stands in `///` lines directly before the next token.
  std::string skip_space() {
    std::string documentation;
    for (;;) {
      if (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') {
        advance();
      } else if (sees("///") && !sees("////")) {
        advance(3);
        if (peek() == ' ') advance();
        const std::string line = rest_of_line();
        documentation += documentation.empty() ? line : "\n" + line;
      } else if (sees("//")) {
        rest_of_line();
      } else if (sees("/*")) {
        const Position begin = at_;
        advance(2);
        while (!done() && !sees("*/")) advance();
        if (done()) diagnostics_.error(begin, "the comment has no end", "close it with `*/`");
        advance(2);
      } else {
        return documentation;
      }
    }
  }

  std::string rest_of_line() {
    const std::size_t begin = offset_;
    while (!done() && peek() != '\n') advance();
    std::string line = source_.text.substr(begin, offset_ - begin);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    return line;
  }

  bool scan(Token& token) {
    const std::size_t begin = offset_;
    if (is_letter(peek())) {
      while (is_letter(peek()) || is_digit(peek())) advance();
      token.kind = Token::Kind::name;
    } else if (is_digit(peek())) {
      token.kind = Token::Kind::number;
      scan_number(token);
    } else if (!scan_punctuation()) {
      const unsigned char c = static_cast<unsigned char>(peek());
      diagnostics_.error(at_,
                         c < 0x20 || c >= 0x7f ? std::format("byte {:#04x} is not part of the language", c)
                                               : std::format("`{}` is not part of the language", peek()),
                         "remove it, or put it into a comment");
      advance();
      return false;
    } else {
      token.kind = Token::Kind::punctuation;
    }
    token.text = std::string_view(source_.text).substr(begin, offset_ - begin);
    token.joined = !done() && peek() > ' ';
    return true;
  }

  void scan_number(Token& token) {
    const bool hexadecimal = sees("0x") || sees("0X");
    if (hexadecimal) advance(2);
    const int base = hexadecimal ? 16 : 10;
    bool any = false;
    bool overflow = false;
    for (; is_letter(peek()) || is_digit(peek()); advance()) {
      if (peek() == '_' && any) continue;
      const int digit = digit_of(peek());
      if (digit >= base) break;
      any = true;
      overflow |= __builtin_mul_overflow(token.number, static_cast<std::uint64_t>(base), &token.number);
      overflow |= __builtin_add_overflow(token.number, static_cast<std::uint64_t>(digit), &token.number);
    }
    if (!any || is_letter(peek()) || is_digit(peek())) {
      while (is_letter(peek()) || is_digit(peek())) advance();
      diagnostics_.error(token.at, "the number is malformed", "write it in decimal, or in hexadecimal as 0x1f");
    } else if (overflow) {
      diagnostics_.error(token.at, "the number does not fit in 64 bits", "make it smaller");
    }
  }

  bool scan_punctuation() {
    for (const std::string_view text : long_punctuation) {
      if (sees(text)) {
        advance(text.size());
        return true;
      }
    }
    if (short_punctuation.find(peek()) == std::string_view::npos || peek() == '\0') return false;
    advance();
    return true;
  }

  const Source& source_;
  Diagnostics& diagnostics_;
  std::size_t offset_ = 0;
  Position at_;
};

}  // namespace

std::vector<Token> tokens_of(const Source& source, Diagnostics& diagnostics) {
  return Lexer(source, diagnostics).all();
}

}  // namespace contractc
