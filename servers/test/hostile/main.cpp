// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/table.hpp"
#include "servers/test/hostile/hostile.hpp"

namespace {

class Hostile final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start how) override {
    restarted_ = how == component::Start::restarted;
    if (restarted_) component::log("attack stopped");
    later();  // the others get going, or go on
    return {};
  }

  void on_timer() override {
    if (restarted_ || done_) return component::log("attack over");
    const std::string_view name = component::command_line_value("attack");
    for (const auto group : {hostile::forbidden(), hostile::floods(), hostile::deadly()})
      for (const hostile::Attack& each : group)
        if (each.name == name) return carry_out(each);
    component::log("there is no attack ", name);
  }

 private:
  static void later() { component::set_timer(component::now() + 300'000'000); }

  void carry_out(const hostile::Attack& attack) {
    hostile::Means means{echo_, blame_, frames_, echo_slot()};
    component::log("attack begins: ", attack.name);
    attack.run(means);
    component::log("attack came to its end");
    done_ = true;
    later();
  }

  abi::u8 echo_slot() const {
    for (const abi::ImportRecord& each : component::imports_of(record()))
      if (component::text_of(each.contract) == "echo") return static_cast<abi::u8>(each.exporter);
    return 0;
  }

  contract::echo::Shadow echo_{import("/test/echo")};
  contract::blame::Shadow blame_{import("/service/blame")};
  component::Frames frames_;
  bool restarted_ = false, done_ = false;
};

}  // namespace

COMPONENT(Hostile)
