; What several ways share is handed the worker, the buffer and pointers into the packet.

define internal void @_ZN5pmill12run_outlinedINS_7program6route_E(ptr noundef %w, ptr noundef %b, ptr noundef %data, i32 noundef %length, ptr %network, ptr noundef byval({ i64, i64 }) align 8 %others) {
  store i8 1, ptr %w, align 1
; CHECK: store i8 1
; CHECK-SAME: !alias.scope [[STATE:!\d+]],
  store i8 2, ptr %b, align 1
; CHECK: store i8 2
; CHECK-SAME: !alias.scope [[BUFFER:!\d+]],
  store i8 3, ptr %data, align 1
; CHECK: store i8 3
; CHECK-SAME: !alias.scope [[PACKET:!\d+]],
  store i8 4, ptr %network, align 1
; CHECK: store i8 4
; CHECK-SAME: !alias.scope [[PACKET]],
  store i8 5, ptr %others, align 1
; CHECK: store i8 5
; CHECK-SAME: align 1{{$}}
  ret void
}
