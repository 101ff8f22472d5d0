#include "clients/cli/commands.h"

namespace ebb {

std::vector<Command> AllCommands() {
  return {UpCommand(),
          StatusCommand(),
          StatsCommand(),
          MonitorCommand(),
          BasketsCommand(),
          CompanionsCommand(),
          ImportOneClickCommand(),
          GenerateCommand(),
          PushCommand(),
          FeaturesCommand(),
          FeaturesListCommand(),
          FeaturesCheckCommand(),
          FeaturesDiffCommand(),
          ExportCommand(),
          EraseCommand(),
          TrainCommand(),
          TrainingsCommand(),
          TrainingCancelCommand(),
          ModelsCommand(),
          ModelShowCommand(),
          ModelReportCommand(),
          ModelPromoteCommand(),
          ScoreCommand(),
          ExplainCommand(),
          WhatIfCommand(),
          SegmentsCommand(),
          SegmentCheckCommand(),
          SegmentProfileCommand(),
          AtRiskCommand(),
          OffersCommand(),
          OffersListCommand(),
          OffersCheckCommand(),
          OffersCodesCommand(),
          OffersOutcomeCommand(),
          UpliftCommand(),
          SubscribeCommand(),
          VerifyCommand(),
          CompletionCommand(),
          CompleteCommand(),
          VersionCommand(),
          HelpCommand()};
}

}  // namespace ebb
