// constexpr Spec spec
class Bad {};
