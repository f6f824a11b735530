class UsersController
  def index
    Admin::UserPolicy.new
    User.all
  end
end
