# What a training makes, in which order: pipelines/train runs this in the run's folder. What exists is not made again, whatever its date: prerequisites are
# order-only. Every file comes whole or not at all.
SHELL = /bin/sh
EPOCHS = 1
LAST := $(shell seq 1 $(EPOCHS))
step = $(here)/train-part

.PHONY: all
all: $(EPOCHS).jsonl
# An interrupted make would remove what its parts have written, which is whole.
.PRECIOUS: diagnosis.json train.nvs val.nvs ood.nvs 0.safetensors $(LAST:%=%.jsonl)

diagnosis.json:
	@$(step) diagnose

train.nvs val.nvs ood.nvs: | diagnosis.json
	@$(step) split $(basename $@)

0.safetensors: | train.nvs
	@$(step) begin

define epoch
$(1).jsonl: | 0.safetensors train.nvs val.nvs ood.nvs $(if $(filter 1,$(1)),,$(shell expr $(1) - 1).jsonl)
	@$(step) epoch $(1)
endef
$(foreach number,$(LAST),$(eval $(call epoch,$(number))))
