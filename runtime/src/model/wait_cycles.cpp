#include "model/wait_cycles.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace leaklab::model
{
namespace
{

using graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, std::size_t>;
using vertex = boost::graph_traits<graph>::vertex_descriptor;

class cycle_finder
{
 public:
  explicit cycle_finder(std::vector<wait_edge> edges) : edges_(std::move(edges))
  {
    for (auto const& each : edges_)
    {
      tasks_.push_back(each.waiter);
      tasks_.push_back(each.other);
    }
    std::ranges::sort(tasks_);
    tasks_.erase(std::ranges::unique(tasks_).begin(), tasks_.end());
    std::vector<std::pair<std::size_t, std::size_t>> ends;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i != edges_.size(); ++i)
    {
      ends.emplace_back(number_of(edges_[i].waiter), number_of(edges_[i].other));
      numbers.push_back(i);
    }
    graph_ = graph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), numbers.begin(),
                   tasks_.size());
    sets_.resize(tasks_.size());
    count_ = boost::strong_components(
        graph_,
        boost::make_iterator_property_map(sets_.begin(), boost::get(boost::vertex_index, graph_)));
  }

  std::vector<std::vector<wait_edge>> find_all()
  {
    std::vector<std::vector<wait_edge>> found;
    std::vector<bool> is_done(count_);
    for (vertex first = 0; first != tasks_.size(); ++first)
    {
      if (is_done[sets_[first]]) continue;
      is_done[sets_[first]] = true;
      if (auto cycle = find_from(first); !cycle.empty()) found.push_back(std::move(cycle));
    }
    return found;
  }

 private:
  std::size_t number_of(task_id task) const
  {
    return static_cast<std::size_t>(std::ranges::lower_bound(tasks_, task) - tasks_.begin());
  }

  /// Empty when no way leads back.
  std::vector<wait_edge> find_from(vertex first)
  {
    constexpr auto none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> edge_to(tasks_.size(), none);
    std::deque<vertex> open{first};
    for (; !open.empty(); open.pop_front())
      for (auto [edge, end] = boost::out_edges(open.front(), graph_); edge != end; ++edge)
      {
        auto const next = boost::target(*edge, graph_);
        if (sets_[next] != sets_[first] || edge_to[next] != none) continue;
        edge_to[next] = graph_[*edge];
        if (next == first) return way_to(first, edge_to);
        open.push_back(next);
      }
    return {};
  }

  std::vector<wait_edge> way_to(vertex last, std::vector<std::size_t> const& edge_to) const
  {
    std::vector<wait_edge> way;
    auto at = last;
    do
    {
      way.push_back(edges_[edge_to[at]]);
      at = number_of(way.back().waiter);
    } while (at != last);
    std::ranges::reverse(way);
    return way;
  }

  std::vector<wait_edge> edges_;
  std::vector<task_id> tasks_;  // the vertices, sorted
  graph graph_;
  std::vector<std::size_t> sets_;  // of each vertex, which set of those that lead to each other
  std::size_t count_ = 0;
};

}  // namespace

std::vector<std::vector<wait_edge>> find_wait_cycles(std::vector<wait_edge> edges)
{
  return cycle_finder(std::move(edges)).find_all();
}

}  // namespace leaklab::model
