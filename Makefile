# Each target is one command; the same commands run without make.
.DEFAULT_GOAL := help
.PHONY: help site test serve collector intake environment demo bench

help: ## what can be made · các lệnh
	@awk -F ' ## ' '/^[a-z]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-12s %s\n", $$1, $$2 }' Makefile

site: ## environment, demonstration office, built site · dựng trang minh họa
	sh scripts/site.sh

test: ## everything, real browser included · chạy mọi phép thử
	sh scripts/test.sh

serve: environment ## look at the site, built anew on every change · xem thử, tự dựng lại khi có thay đổi
	.venv/bin/python scripts/serve.py

collector: environment ## the survey's pages, for a try · chạy thử trang lấy ý kiến
	.venv/bin/python scripts/serve_collector.py --try

intake: environment ## the staff pages, for a try on a copy · chạy thử trang cán bộ
	.venv/bin/python scripts/serve_intake.py --try

environment: ## only the environment in .venv · chỉ cài môi trường
	sh scripts/environment.sh

demo: environment ## make the demonstration office's data anew · tạo lại số liệu minh họa
	.venv/bin/python scripts/make_demo.py

bench: environment ## the measurements of docs/benchmarks.md · đo tốc độ
	.venv/bin/python bench/run.py
