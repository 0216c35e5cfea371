// SPDX-License-Identifier: BSD-3-Clause
// What examples/router-static.click says, by hand, in the way of Click: objects on the heap that
// call each other through virtual functions, and arguments that are read when the program starts.
//
// This is how an expert writes a router whose configuration is not known to the compiler; it is
// what pmill's -O0 is held against. Nothing is known to be constant and no call can be inlined, but
// every element does its work as fast as that allows. The rare ways are those of router_slow.h.
#include <string>
#include <vector>

#include "limits.h"
#include "router_slow.h"
#include "virtual_elements.h"

namespace {

// What the configuration says, as text: where it is from is not for the compiler to know.
struct Texts {
  std::string patterns = "12/0800,12/0806 20/0001,-", strip = "14",
              interfaces = "10.0.0.1/24 10.0.1.1/24",
              routes =
                  "10.0.0.1/32 0,10.0.1.1/32 0,10.0.0.0/24 1,10.0.1.0/24 2,10.1.0.0/16 10.0.1.2 2,"
                  "10.2.0.0/16 10.0.1.3 2,172.16.0.0/12 10.0.0.2 1,192.168.0.0/16 10.0.0.3 1,"
                  "0.0.0.0/0 3",
              type = "0800", mtu = std::to_string(MTU), mac[2] = {"020000000001", "020000000002"},
              hop[2] = {"020000001000", "020000001001"};
};

struct Virtual {
  router state{};  // first: it is what the report is of
  Element *entry[2] = {};
};

Element *chain(std::vector<Element *> elements) {
  for (size_t i = 0; i + 1 < elements.size(); i++) elements[i]->out[0] = elements[i + 1];
  return elements.front();
}

void wire(Virtual &v, const Texts &t) {
  auto *route = new StaticIPLookup({&v.state, 0}, t.routes);
  for (uint16_t port = 0; port < 2; port++) {
    const Environment env{&v.state, port};
    const std::string color = std::to_string(port);
    auto *kind = new Classifier(env, t.patterns);
    kind->out[0] =
        chain({new Paint(color), new Strip(t.strip), new CheckIPHeader(env, t.interfaces), route});
    kind->out[1] = kind->out[2] = new Other(env);
    route->out[port + 1] =
        chain({new DropBroadcasts, new CheckPaint(env, color), new IPGWOptions(env),
               new FixIPSrc(env), new DecIPTTL(env), new IPFragmenter(env, t.mtu),
               new EtherEncap(t.type, t.mac[port], t.hop[port]), new ToDevice(env)});
    v.entry[port] = kind;
  }
}

ALWAYS_INLINE void virtual_burst(limits *l, void *state, uint16_t port, rte_mbuf **m, uint16_t n) {
  auto *v = static_cast<Virtual *>(state);
  v->state.limits = l;
  Element *const entry = v->entry[port];
  for (uint16_t i = 0; i < n; i++) entry->push(m[i]);
  for (uint16_t out = 0; out < 2; out++) {
    if (v->state.out[out].n != 0) queue_flush(&v->state, out);
  }
}

}  // namespace

int main(int argc, char **argv) {
  static Virtual v;
  wire(v, Texts{});
  return limits_run(argc, argv, virtual_burst, router_report, &v);
}
