// All commands of `ebb`. Each function stands in commands/<name>.cc.
#pragma once

#include <vector>

#include "clients/cli/command.h"

namespace ebb {

// In the order of `ebb --help`.
std::vector<Command> AllCommands();

Command UpCommand();
Command StatusCommand();
Command StatsCommand();
Command MonitorCommand();
Command BasketsCommand();
Command CompanionsCommand();
Command ImportOneClickCommand();
Command GenerateCommand();
Command PushCommand();
Command FeaturesCommand();
Command FeaturesListCommand();
Command FeaturesCheckCommand();
Command FeaturesDiffCommand();
Command ExportCommand();
Command EraseCommand();
Command TrainCommand();
Command TrainingsCommand();
Command TrainingCancelCommand();
Command ModelsCommand();
Command ModelShowCommand();
Command ModelReportCommand();
Command ModelPromoteCommand();
Command ScoreCommand();
Command ExplainCommand();
Command WhatIfCommand();
Command SegmentCheckCommand();
Command SegmentProfileCommand();
Command SegmentsCommand();
Command AtRiskCommand();
Command OffersCommand();
Command OffersListCommand();
Command OffersCheckCommand();
Command OffersCodesCommand();
Command OffersOutcomeCommand();
Command UpliftCommand();
Command SubscribeCommand();
Command CompletionCommand();
Command CompleteCommand();
Command VerifyCommand();
Command VersionCommand();
Command HelpCommand();

}  // namespace ebb
