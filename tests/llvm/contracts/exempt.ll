; What the table exempts, and cold functions, are not looked into; what is called is.
; BROKEN: atomic

define void @work(ptr %p, i64 %n) {
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 1)
  call void @_ZN5pmill5Guard7acquireER14rte_spinlock_t(ptr %p)
  call void @rare(ptr %p)
  call void @usual(ptr %p)
  call void asm sideeffect "# pmill: end of turn", ""()
  ret void
}

define internal void @_ZN5pmill5Guard7acquireER14rte_spinlock_t(ptr %p) noinline {
  %old = atomicrmw xchg ptr %p, i32 1 acquire
  ret void
}

define internal void @rare(ptr %p) cold noinline {
  %old = atomicrmw add ptr %p, i32 1 monotonic
  ret void
}

define internal void @usual(ptr %p) noinline {
  %old = atomicrmw sub ptr %p, i32 1 monotonic
  call void @usual(ptr %p)
  ret void
}
