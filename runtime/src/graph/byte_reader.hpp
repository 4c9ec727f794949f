// Takes apart what a child has written.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace leaklab::graph
{

/// Each function is false, and takes nothing, when there is too little left.
class byte_reader
{
 public:
  explicit byte_reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  bool take(T& into)
  {
    return take(&into, 1);
  }
  /// So many.
  template <class T>
  bool take(std::vector<T>& into, std::size_t count)
  {
    if (count > bytes_.size() / sizeof(T)) return false;
    into.resize(count);
    return take(into.data(), count);
  }
  [[nodiscard]] bool is_at_end() const { return bytes_.empty(); }

 private:
  template <class T>
  bool take(T* into, std::size_t count)
  {
    auto const size = count * sizeof(T);
    if (bytes_.size() < size) return false;
    std::memcpy(into, bytes_.data(), size);
    bytes_.remove_prefix(size);
    return true;
  }

  std::string_view bytes_;
};

}  // namespace leaklab::graph
