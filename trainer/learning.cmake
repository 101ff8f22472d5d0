# The core of a training, without service, registry or wire: data in, model out.
ebb_library(ebb_trainer_learning
  SOURCES evaluation/estimate.cc evaluation/folds.cc evaluation/latest_holdout.cc evaluation/metrics.cc evaluation/months_later.cc evaluation/probability_bins.cc evaluation/ranked_rows.cc evaluation/regression_metrics.cc evaluation/stratified_bootstrap.cc fit/bin_edges.cc fit/binned_columns.cc fit/calibration.cc fit/class_weights.cc fit/decision_tree.cc fit/extra_trees.cc fit/forest.cc
    fit/gradient_boosting.cc fit/histogram_tree.cc fit/k_nearest_neighbours.cc fit/logistic_loss.cc fit/logistic_regression.cc fit/moments.cc fit/pipeline.cc fit/preprocessing.cc fit/random_forest.cc fit/regression_tree.cc fit/regressor.cc fit/setting.cc
    fit/smo.cc fit/smo_lanes.cc fit/smo_lanes_avx2.cc fit/smo_lanes_avx512.cc fit/smo_lanes_sse2.cc fit/stack.cc fit/support_vector.cc
    search/dataset.cc search/decision_tree_search.cc search/draw_settings.cc search/family_search.cc search/forest_search.cc search/gradient_boosting_search.cc search/grid.cc search/grid_search.cc
    search/k_nearest_neighbours_search.cc search/logistic_regression_search.cc search/recipe.cc search/regression.cc search/search_space.cc search/setting_text.cc search/successive_halving.cc search/support_vector_search.cc
    search/training.cc search/trial_journal.cc
  HOT
  PUBLIC ebb_model absl::status absl::statusor
  PRIVATE ebb_runtime ebb_proto absl::strings absl::str_format absl::synchronization nlohmann_json::nlohmann_json xgboost::xgboost)
set_source_files_properties(search/trial_journal.cc PROPERTIES COMPILE_DEFINITIONS EBB_VERSION="${PROJECT_VERSION}")
# Its loops gain from vectors, which -O2 leaves out here; no sum is reordered by it.
set_source_files_properties(fit/logistic_loss.cc PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-O3>")
# Vectors of 32 bytes stay inside these files, so how they would be passed between files does not matter.
set_source_files_properties(fit/smo_lanes_sse2.cc PROPERTIES COMPILE_OPTIONS "-Wno-psabi")
set_source_files_properties(fit/smo_lanes_avx2.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-mavx2")
# GCC 12 takes a register that its own header leaves open on purpose for a mistake.
set_source_files_properties(fit/smo_lanes_avx512.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-mavx512f;$<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized;-Wno-maybe-uninitialized>")

ebb_test(ebb_trainer_fit_test
  SOURCES evaluation/estimate_test.cc evaluation/latest_holdout_test.cc evaluation/metrics_test.cc evaluation/regression_metrics_test.cc fit/calibration_test.cc fit/forest_test.cc fit/gradient_boosting_test.cc fit/histogram_tree_test.cc fit/logistic_loss_test.cc fit/pipeline_test.cc fit/reference_solvers_test.cc fit/regressor_test.cc fit/stack_test.cc
  LINK ebb_trainer_learning libsvm::libsvm liblinear::liblinear xgboost::xgboost)
ebb_test(ebb_trainer_training_test
  SOURCES search/draw_settings_test.cc search/reasons_agreement_test.cc search/setting_text_test.cc search/successive_halving_test.cc search/training_test.cc
  LINK ebb_trainer_learning ebb_runtime LABELS threads)
