module Admin
  class UserPolicy
    def ok; User.first; end
  end
end
