#include "symbols/function_name.hpp"

#include <leaklab/function_name.hpp>
#include <leaklab/task.hpp>

#include <gtest/gtest.h>

#include <source_location>
#include <string>
#include <vector>

namespace
{

struct example
{
  char const* raw;
  char const* clean;
};

// Printed by g++ 12.2 and 14.2 (they agree) for std::source_location::current().function_name(),
// inside coroutines that return boost::asio::awaitable and in ordinary functions.
constexpr example site_names[] = {
    {"void "
     "{anonymous}::produce(produce(leaklab::channel<int>&)::_ZN12_GLOBAL__N_17produceERN7leaklab7channelIiEE."
     "Frame*)",
     "produce(channel<int>&)"},
    {"void {anonymous}::no_args(no_args()::_ZN12_GLOBAL__N_17no_argsEv.Frame*)", "no_args()"},
    {"void {anonymous}::gives(gives(const std::map<std::__cxx11::basic_string<char>, std::vector<int> >&, "
     "std::function<void(int)>)::_ZN12_GLOBAL__N_15givesERKSt3map.Frame*)",
     "gives(const std::map<std::string, std::vector<int>>&, std::function<void(int)>)"},
    {"void {anonymous}::sock(sock(boost::asio::ip::tcp::socket, "
     "boost::asio::steady_timer&)::_ZN12_GLOBAL__N_14sockEN5boost"
     "4asio19basic_stream_socketINS1_2ip3tcpENS1_15any_io_executorEEE.Frame*)",
     "sock(ip::tcp::socket, steady_timer&)"},
    {"void {anonymous}::generic(generic<int>(int, "
     "leaklab::channel<int>&)::_ZN12_GLOBAL__N_17genericIiEEN5boost4asio9"
     "awaitableIT_NS2_15any_io_executorEEES4_RN7leaklab7channelIS4_EE.Frame*)",
     "generic<int>(int, channel<int>&)"},
    {"void {anonymous}::session::run({anonymous}::session::run(int)::_ZN12_GLOBAL__N_17session3runEi.Frame*)",
     "session::run(int)"},
    {"void {anonymous}::session::peek({anonymous}::session::peek(int) "
     "const::_ZNK12_GLOBAL__N_17session4peekEi.Frame*)",
     "session::peek(int) const"},
    {"void "
     "{anonymous}::session::make({anonymous}::session::make(std::unique_ptr<{anonymous}::session>)::_ZN12_"
     "GLOBAL__N_17"
     "session4makeESt10unique_ptrIS0_St14default_deleteIS0_EE.Frame*)",
     "session::make(std::unique_ptr<session>)"},
    {"void "
     "{anonymous}::session::operator()({anonymous}::session::operator()(int)::_ZN12_GLOBAL__N_17sessionclEi."
     "Frame*)",
     "session::operator()(int)"},
    {"void "
     "{anonymous}::pool<int>::take({anonymous}::pool<int>::take(int)::_ZN12_GLOBAL__N_14poolIiE4takeEi.Frame*"
     ")",
     "pool<int>::take(int)"},
    {"void {anonymous}::arr(arr(int (&)[3], const char* const*)::_ZN12_GLOBAL__N_13arrERA3_iPKPKc.Frame*)",
     "arr(int (&)[3], const char* const*)"},
    {"void {anonymous}::nontype(nontype<3>()::_ZN12_GLOBAL__N_17nontypeILi3EEEv.Frame*)",
     "nontype<3>()"},
    {"void {anonymous}::pack(pack<int, char, std::__cxx11::basic_string<char, std::char_traits<char>, "
     "std::allocator<char> > >(int, char, "
     "std::__cxx11::basic_string<char>)::_ZN12_GLOBAL__N_14packIJicEEE.Frame*)",
     "pack<int, char, std::string>(int, char, std::string)"},
    {"void "
     "app::db::query(query(std::string_view)::_ZN3app2db5queryESt17basic_string_viewIcSt11char_traitsIcEE."
     "Frame*)",
     "app::db::query(std::string_view)"},
    {"void app::db::conn::close(app::db::conn::close() &&::_ZNO3app2db4conn5closeEv.Frame*)",
     "app::db::conn::close() &&"},
    {"void main()::<lambda()>::operator()(main()::<lambda()>::_ZZ4mainENKUlvE4_clEv.Frame*)",
     "main()::<lambda()>"},
    {"void "
     "main()::<lambda(auto:56&)>::operator()(main()::<lambda(auto:56&)>::_ZZ4mainENKUlRT_E6_"
     "clIN7leaklab7channelIiEEEEN5"
     "boost4asio9awaitableIvNS7_15any_io_executorEEES0_.Frame*)",
     "main()::<lambda(auto:56&)>"},
    {"void leaklab::lab::serve(leaklab::lab::serve(int)::_ZN7leaklab3lab5serveEi.Frame*)",
     "lab::serve(int)"},
    {"boost::asio::awaitable<void> {anonymous}::produce(leaklab::channel<int>&)",
     "produce(channel<int>&)"},
    {"{anonymous}::session::session()", "session::session()"},
    {"{anonymous}::session::~session()", "session::~session()"},
    {"bool {anonymous}::session::operator<(const {anonymous}::session&) const",
     "session::operator<(const session&) const"},
    {"{anonymous}::session& {anonymous}::session::operator<<(int)", "session::operator<<(int)"},
    {"bool {anonymous}::session::operator->*(int) const", "session::operator->*(int) const"},
    {"bool {anonymous}::session::operator()(int, char) const",
     "session::operator()(int, char) const"},
    {"{anonymous}::session::operator bool() const", "session::operator bool() const"},
    {"{anonymous}::session::operator std::vector<int>() const",
     "session::operator std::vector<int>() const"},
    {"U {anonymous}::pool<T>::conv(U) [with U = double; T = int]", "pool<T>::conv(U)"},
    {"int (* {anonymous}::fnptr(int))(char)", "fnptr(int)"},
    {"void {anonymous}::takes_fn(void (*)(int))", "takes_fn(void (*)(int))"},
    {"std::pair<int, std::__cxx11::basic_string<char> > {anonymous}::pr(std::nullptr_t)",
     "pr(std::nullptr_t)"},
    {"outer<main()::<lambda()> >(main()::<lambda()>)::<lambda(auto:50)> [with auto:50 = int]",
     "outer<main()::<lambda()>>(main()::<lambda()>)::<lambda(auto:50)>"},
    {"T leaklab::twice(T) [with T = int]", "twice(T)"},
    {"int my_leaklab::lab::get()", "my_leaklab::lab::get()"},
    {"int main()", "main()"},
    {"", ""},
};

TEST(function_name, a_source_location_becomes_the_function_as_written)
{
  for (auto const& [raw, clean] : site_names)
    EXPECT_EQ(leaklab::clean_function_name(raw), clean) << raw;
}

// Printed by abi::__cxa_demangle for the symbols of the same program.
constexpr example symbol_names[] = {
    {"(anonymous namespace)::produce((anonymous "
     "namespace)::produce(leaklab::channel<int>&)::_ZN12_GLOBAL__N_17produceERN7"
     "leaklab7channelIiEE.Frame*) [clone .actor]",
     "produce(leaklab::channel<int>&)"},
    {"leaklab::lab::serve(leaklab::lab::serve(int)::_ZN7leaklab3lab5serveEi.Frame*) [clone .actor] [clone "
     ".cold]",
     "leaklab::lab::serve(int)"},
    {"main::{lambda()#6}::operator()(main::{lambda()#6}::operator()() const::_ZZ4mainENKUlvE4_clEv.Frame*) "
     "[clone .destroy]",
     "main::<lambda()>"},
    {"(anonymous namespace)::operations::{lambda((anonymous "
     "namespace)::surroundings&)#2}::operator()((anonymous namespace)::surroundings&::operator()((anonymous "
     "namespace)::surroundings) const::_ZNK12_GLOBAL__N_1L10operationsMUlRNS_12surroundingsEE0_clES1_.Frame*) [clone "
     ".actor]",
     "operations::<lambda(surroundings&)>"},
    {"app::db::query(app::db::query(std::basic_string_view<char, std::char_traits<char> "
     ">)::_ZN3app2db5queryE.Frame*) [clone "
     ".actor]",
     "app::db::query(std::string_view)"},
    {"std::vector<int, std::allocator<int> >::vector(unsigned long, std::allocator<int> const&)",
     "std::vector<int>::vector(unsigned long, std::allocator<int> const&)"},
    {"std::unordered_map<int, int, std::hash<int>, std::equal_to<int>, std::allocator<std::pair<int const, "
     "int> > "
     ">::operator[](int&&)",
     "std::unordered_map<int, int>::operator[](int&&)"},
    {"decltype ((*(std::declval<int*>)())->go()) app::call<int>(int*)", "app::call<int>(int*)"},
    {"app::load[abi:cxx11](int)", "app::load(int)"},
    {"operator new(unsigned long)", "operator new(unsigned long)"},
    {"malloc", "malloc"},
};

TEST(function_name, a_demangled_symbol_loses_what_the_compiler_added)
{
  for (auto const& [raw, clean] : symbol_names)
    EXPECT_EQ(leaklab::symbols::clean_demangled(raw), clean) << raw;
}

struct planted
{
  static std::string name() { return std::source_location::current().function_name(); }
};

TEST(function_name, what_this_compiler_writes_is_understood)
{
  EXPECT_EQ(leaklab::clean_function_name(planted::name()), "planted::name()");
}

TEST(function_name, unbalanced_text_comes_back_without_a_crash)
{
  for (auto const* text : {"<", "(", "a(b", ")", "::_Z.Frame*)", "f(::_Z.Frame*)", "x [with ",
                           "operator", "void (", "decltype("})
    EXPECT_NO_THROW(static_cast<void>(leaklab::clean_function_name(text))) << text;
}

TEST(function_name, long_names_of_libraries_lose_what_fills_their_brackets)
{
  std::string const handler =
      "leaklab::a_handler_with_quite_a_long_name<boost::asio::any_io_executor, unsigned long>";
  struct row
  {
    std::string name;
    std::string shortened;
  };
  for (auto const& [name, shortened] : std::initializer_list<row>{
           {"std::function<void (" + handler + ")>::operator()(" + handler + ") const",
            "std::function<...>::operator()(...) const"},
           {"boost::asio::detail::binder0<" + handler + ">::operator()()",
            "boost::asio::detail::binder0<...>::operator()()"},
           {"std::operator<< <" + handler + ">(std::ostream&, char)", "std::operator<< <...>(...)"},
           {"std::f<" + handler + ">(" + handler + "::{lambda()#1}&&)", "std::f<...>(...)"}})
    EXPECT_EQ(leaklab::symbols::shorten_library_name(name), shortened);
}

TEST(function_name, the_users_names_and_short_ones_stay_whole)
{
  for (
      std::string const name :
      {"std::vector<int>::push_back(int const&)",
       "service::answer<boost::asio::ip::tcp, boost::asio::any_io_executor>(std::string const&, std::vector<int>)",
       "boost::unbalanced<boost::asio::any_io_executor, boost::asio::any_io_executor, boost::asio::any_io_executor"})
    EXPECT_EQ(leaklab::symbols::shorten_library_name(name), name);
}

TEST(function_name, has_scope_and_name_where_the_demangler_gives_up)
{
  using leaklab::symbols::scope_and_name;
  EXPECT_EQ(scope_and_name("_ZN5boost4asio6detail20co_spawn_entry_pointEPZNS1_.Frame.actor"),
            "boost::asio::detail::co_spawn_entry_point");
  EXPECT_EQ(scope_and_name("_ZN12_GLOBAL__N_14waitEPZ"), "wait");
  EXPECT_EQ(scope_and_name("_Z4waitI"), "wait");
  for (auto const* const other : {"", "main", "_Z", "_ZN", "_ZNK3", "99"})
    EXPECT_NO_THROW(static_cast<void>(scope_and_name(other))) << other;
  EXPECT_EQ(scope_and_name("_Z99x"), "x");
  EXPECT_EQ(scope_and_name("main"), "main");
}

TEST(function_name, may_stand_without_parameters_and_template_arguments)
{
  struct row
  {
    char const* wanted;
    std::vector<char const*> named;
    std::vector<char const*> others;
  };
  for (auto const& [wanted, named, others] : std::initializer_list<row>{
           {"ns::session::run",
            {"ns::session::run", "ns::session::run(int)", "ns::session::run(int) const",
             "ns::session::run() &&", "ns::session::run<std::pair<int, char>>(void (*)(int))",
             "ns::session<int>::run<char>(int) const"},
            {"ns::session::run_other", "ns::session::run_other(int)", "ns::session::runs<int>()",
             "ns::session::run(int)::<lambda()>", "session::run(int)", "ns::session::run::go()",
             "ns::session", "ns::session::ru", "other::ns::session::run(int)"}},
           {"ns::run<int>", {"ns::run<int>(char)"}, {"ns::run<char>(int)", "ns::run(int)"}},
           {"run(int)", {"run(int)", "run(int) const"}, {"run(char)", "run()", "run"}},
           {"main::<lambda(int)>", {"main::<lambda(int)>"}, {"main::<lambda(char)>"}},
           {"main", {"main", "main()"}, {"main::<lambda(int)>", "main()::<lambda(int)>"}},
           {"f::operator()", {"f::operator()(int)"}, {"f::operator<(int)", "f::operator+(int)"}},
           {"f::operator<", {"f::operator<(int)"}, {"f::operator<=(int)"}},
           {"", {}, {"f", "f()", "<lambda()>", "(unbalanced"}},
       })
  {
    for (auto const* const function : named)
      EXPECT_TRUE(leaklab::symbols::names_function(wanted, function)) << wanted << ' ' << function;
    for (auto const* const function : others)
      EXPECT_FALSE(leaklab::symbols::names_function(wanted, function)) << wanted << ' ' << function;
  }
}

TEST(function_name, a_block_that_a_shared_ptr_counts_in_is_called_by_what_is_shared)
{
  using symbols::block_type_name;
  EXPECT_EQ(block_type_name("std::_Sp_counted_ptr_inplace<upload, std::allocator<void>, "
                            "(__gnu_cxx::_Lock_policy)2>"),
            "std::make_shared<upload>");
  EXPECT_EQ(block_type_name("std::_Sp_counted_ptr_inplace<std::pair<int, held::page>, "
                            "std::allocator<void>, (__gnu_cxx::_Lock_policy)2>"),
            "std::make_shared<std::pair<int, held::page>>");
  EXPECT_EQ(block_type_name("std::_Sp_counted_ptr<upload*, (__gnu_cxx::_Lock_policy)2>"),
            "counts of std::shared_ptr<upload>");
  EXPECT_EQ(block_type_name("boost::detail::sp_counted_impl_pd<app::slot*, "
                            "boost::detail::sp_ms_deleter<app::slot>>"),
            "boost::make_shared<app::slot>");
  EXPECT_EQ(block_type_name("held::album"), "held::album");
}

TEST(function_name, what_a_function_object_calls)
{
  using symbols::callable_of_invoker;
  EXPECT_EQ(callable_of_invoker(
                "std::_Function_handler<void (std::ostream&), (anonymous namespace)::accept(int, "
                "boost::circular_buffer<std::function<void (std::ostream&)> >&)::{lambda(std::ostream&)#1}>"
                "::_M_invoke(std::_Any_data const&, std::ostream&)"),
            "accept::<lambda>");
  EXPECT_EQ(callable_of_invoker("std::_Function_handler<int (int), int (*)(int)>::_M_invoke("
                                "std::_Any_data const&, int&&)"),
            "int (*)(int)");
  EXPECT_EQ(callable_of_invoker("std::_Function_handler<void (), app::task>::_M_manager("
                                "std::_Any_data&, std::_Any_data const&, std::_Manager_operation)"),
            "");
  EXPECT_EQ(callable_of_invoker("app::run(int)"), "");
}

TEST(function_name, without_parameters)
{
  using symbols::without_parameters;
  EXPECT_EQ(without_parameters("app::run(int) const"), "app::run");
  EXPECT_EQ(without_parameters("render"), "render");
  EXPECT_EQ(without_parameters("app::map<int (char)>::put(int)"), "app::map<int (char)>::put");
  EXPECT_EQ(without_parameters("app::less::operator()(int) const"), "app::less::operator()");
  EXPECT_EQ(without_parameters("app::operator<(key, key)"), "app::operator<");
  EXPECT_EQ(without_parameters("main()::<lambda(int)>"), "main");
}

}  // namespace
