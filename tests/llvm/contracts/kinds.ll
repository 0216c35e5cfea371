; BROKEN: indirect call / allocation / lock / atomic / atomic / atomic / atomic
; BROKEN: copy of unknown size / copy of unknown size / exception / stack

@rte_eth_fp_ops = external global [32 x ptr]

define void @work(ptr %f, ptr %p, i64 %n, i1 %c) {
entry:
  %fine = alloca [4096 x i8], align 1
  %large = alloca [4097 x i8], align 1
  %unused = alloca [9000 x i8], align 1
  call void asm sideeffect "# pmill: turn of ${0:c}", "i"(i32 1)
  call void %f(ptr %p)
  %rx = load ptr, ptr @rte_eth_fp_ops, align 8
  call void %rx(ptr %fine)
  %new = call ptr @_Znwm(i64 8)
  %seen = call i32 asm sideeffect "xchg $0, $1", "=*m,=q,1,~{memory}"(ptr elementtype(i32) %p, i32 1)
  call void asm sideeffect "lock; incl $0", "=*m,~{memory}"(ptr elementtype(i32) %p)
  %old = atomicrmw add ptr %p, i64 1 monotonic
  fence seq_cst
  fence syncscope("singlethread") seq_cst
  store atomic i64 1, ptr %p seq_cst, align 8
  store atomic i64 1, ptr %p release, align 8
  %acquired = load atomic i64, ptr %p acquire, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %fine, i64 %n, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %p, ptr %fine, i64 64, i1 false)
  %copied = call ptr @memcpy(ptr %p, ptr %fine, i64 noundef %n)
  call void @__cxa_rethrow()
  store i8 0, ptr %large, align 1
  br i1 %c, label %rare, label %out, !prof !0
rare:
  call void %f(ptr %p)
  br label %out
out:
  call void asm sideeffect "# pmill: end of turn", ""()
  call void %f(ptr %unused)
  ret void
}

declare ptr @_Znwm(i64)
declare ptr @memcpy(ptr, ptr, i64)
declare void @__cxa_rethrow()
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
!0 = !{!"branch_weights", i32 1, i32 2000}
