; Without a turn nothing is hot.
; BROKEN:

define void @work(ptr %f) {
  call void %f()
  ret void
}
