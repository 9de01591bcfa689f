module edgewrit.example/readers

go 1.25
